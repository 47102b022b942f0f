//===- Normal.cpp - InplaceNormal(x, mean, std, seed, offset): normal numbers of the shape of x -------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand Normal(Node &node) {
  Value x = node.tensor(0);
  const double mean = node.number("mean", 1, 0), deviation = node.number("std", 2, 1);
  graph::Draw drawn = drawOfGenerator(node, shapeOf(node, x), 3);
  if (node.failed() || !node.isFloat(x))
    return node.fail("takes floats");
  Compose &b = node.compose;
  Value normal = drawn.normal(node.element(x));
  return b.add(b.mul(normal, b.scalarLike(normal, deviation)), b.scalarLike(normal, mean));
}

} // namespace wasmind::mindir::ops
