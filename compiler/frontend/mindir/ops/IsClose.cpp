//===- IsClose.cpp - IsClose(x, y, rtol, atol, equal_nan): |x - y| <= atol + rtol * |y|, and what is equal ------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include <limits>

namespace wasmind::mindir::ops {

Operand IsClose(Node &node) {
  auto [x, y] = promote(node);
  const double relative = node.number("rtol", 2, 1e-5), absolute = node.number("atol", 3, 1e-8);
  const bool equalNaN = node.flag("equal_nan", 4, true);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  if (!node.isFloat(x)) {
    x = b.cast(x, b.getF64Type());
    y = b.cast(y, b.getF64Type());
  }
  Value magnitude = b.unary(UnaryKind::Abs, y), apart = b.unary(UnaryKind::Abs, b.sub(x, y));
  Value allowed = b.add(b.scalarLike(y, absolute), b.mul(b.scalarLike(y, relative), magnitude));
  Value isFinite = b.compare(CompareKind::Less, magnitude, b.scalarLike(y, std::numeric_limits<double>::infinity()));
  Value near = b.binary(BinaryKind::And, b.compare(CompareKind::LessEqual, apart, allowed), isFinite);
  Value close = b.binary(BinaryKind::Or, near, b.compare(CompareKind::Equal, x, y));
  if (!equalNaN)
    return close;
  return b.binary(BinaryKind::Or, close,
                  b.binary(BinaryKind::And, b.unary(UnaryKind::IsNaN, x), b.unary(UnaryKind::IsNaN, y)));
}

} // namespace wasmind::mindir::ops
