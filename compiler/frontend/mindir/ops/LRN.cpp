//===- LRN.cpp --------------------------------------------------------------------------------------------------===//
//
// LRN(x [N, C, H, W]), attributes depth_radius, bias, alpha, beta: normalisation across neighbouring channels
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

// x / (bias + alpha * sum of squares over the channels at most depth_radius away)^beta.
Operand LRN(Node &node) {
  Value x = node.tensor(0);
  const int64_t radius = node.integer("depth_radius", Node::none, 5);
  const double bias = node.number("bias", Node::none, 1), alpha = node.number("alpha", Node::none, 1),
               beta = node.number("beta", Node::none, 0.5);
  if (!node.expectRank(x, 4, "input 0") || node.failed())
    return {};
  if (!node.isFloat(x))
    return node.fail("x is not of floats");
  if (radius < 0 || radius > (1 << 20))
    return node.fail("depth_radius is out of range");
  Compose &b = node.compose;
  const Integers ones(4, 1), sizes{1, 2 * radius + 1, 1, 1}, pads{0, radius, 0, 0};
  Value sum = graph::WindowOp::create(b, b.getLoc(), ReduceKind::Sum, b.mul(x, x), sizes, ones, pads, pads, ones);
  Value base = b.add(b.mul(sum, b.scalarLike(x, alpha)), b.scalarLike(x, bias));
  return b.div(x, b.binary(BinaryKind::Pow, base, b.scalarLike(x, beta)));
}

} // namespace wasmind::mindir::ops
