//===- BernoulliScalar.cpp - InplaceBernoulliScalar(x, p, seed, offset): 1 with probability p ---------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand BernoulliScalar(Node &node) {
  Value x = node.tensor(0), p = node.tensor(1);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  graph::Draw drawn = drawOfGenerator(node, shapeOf(node, x), 2);
  return node.failed() ? Value() : b.cast(isDrawn(b, drawn, p), node.element(x));
}

} // namespace wasmind::mindir::ops
