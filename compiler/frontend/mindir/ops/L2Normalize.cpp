//===- L2Normalize.cpp - L2Normalize(x, axis, epsilon): x / sqrt(max(sum(x^2), epsilon)) --------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand L2Normalize(Node &node) {
  Value x = node.tensor(0);
  Integers dims = node.axes(node.integers("axis", 1, Integers{0}), node.rank(x));
  double epsilon = node.number("epsilon", 2, 1e-4);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value sum = b.reduce(ReduceKind::Sum, b.mul(x, x), dims, /*keepDims=*/true);
  return sum ? b.mul(x, b.unary(UnaryKind::Rsqrt, b.maximum(sum, b.scalarLike(sum, epsilon)))) : Value();
}

} // namespace wasmind::mindir::ops
