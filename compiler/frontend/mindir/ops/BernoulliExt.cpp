//===- BernoulliExt.cpp - BernoulliExt(x, seed, offset): 1 with probability x -------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand BernoulliExt(Node &node) {
  Value x = node.tensor(0);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  graph::Draw drawn = drawOfGenerator(node, shapeOf(node, x), 1);
  return node.failed() ? Value() : b.cast(isDrawn(b, drawn, x), node.element(x));
}

} // namespace wasmind::mindir::ops
