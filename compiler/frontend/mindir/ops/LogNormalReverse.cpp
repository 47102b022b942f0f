//===- LogNormalReverse.cpp ---------------------------------------------------------------------------------------===//
//
// LogNormalReverse(x), attributes mean, std: e^(normal number) of the shape of x
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand LogNormalReverse(Node &node) {
  Value x = node.tensor(0);
  const double mean = node.number("mean", Node::none, 1), deviation = node.number("std", Node::none, 2);
  graph::Draw drawn = draw(node, shapeOf(node, x));
  if (node.failed() || !node.isFloat(x))
    return node.fail("takes floats");
  Compose &b = node.compose;
  Value normal = drawn.normal(node.element(x));
  normal = b.add(b.mul(normal, b.scalarLike(normal, deviation)), b.scalarLike(normal, mean));
  return b.unary(UnaryKind::Exp, normal);
}

} // namespace wasmind::mindir::ops
