//===- Bernoulli.cpp ----------------------------------------------------------------------------------------------===//
//
// Bernoulli(x, p), attributes seed, offset: 1 with probability p, of the shape and type of x
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand Bernoulli(Node &node) {
  Value x = node.tensor(0), p = node.tensor(1);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Type type = node.declaredElement() ? node.declaredElement() : node.element(x);
  return b.cast(isDrawn(b, draw(node, shapeOf(node, x), "seed", "offset", Node::none, /*none=*/-1), p), type);
}

} // namespace wasmind::mindir::ops
