//===- Hypot.cpp - Hypot(x, y): sqrt(x^2 + y^2), without overflow on the way ------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include <limits>

namespace wasmind::mindir::ops {

Operand Hypot(Node &node) {
  auto [x, y] = promote(node);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  x = b.unary(UnaryKind::Abs, x);
  y = b.unary(UnaryKind::Abs, y);
  Value large = b.maximum(x, y), zero = b.scalarLike(large, 0), one = b.scalarLike(large, 1);
  Value infinity = b.scalarLike(large, std::numeric_limits<double>::infinity());
  Value scale = b.select(b.compare(CompareKind::Equal, large, zero), one, large);
  Value ratio = b.div(b.minimum(x, y), scale);
  Value length = b.mul(scale, b.unary(UnaryKind::Sqrt, b.add(one, b.mul(ratio, ratio))));
  Value isInfinite =
      b.binary(BinaryKind::Or, b.compare(CompareKind::Equal, x, infinity), b.compare(CompareKind::Equal, y, infinity));
  return b.select(isInfinite, infinity, b.select(b.compare(CompareKind::Equal, large, zero), zero, length));
}

} // namespace wasmind::mindir::ops
