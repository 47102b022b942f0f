//===- NextAfter.cpp - NextAfter(x, y): the next float from x towards y ------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand NextAfter(Node &node) {
  auto [x, y] = promote(node);
  if (node.failed() || (!node.element(x).isF32() && !node.element(x).isF64()))
    return node.fail("takes float32 and float64");
  Compose &b = node.compose;
  Value zero = b.scalarLike(x, 0), bits = b.unary(UnaryKind::Bits, x), one = b.scalarLike(bits, 1);
  // Away from 0 the bits grow, of either sign; the first float beside 0 has the sign of y.
  Value isAway =
      b.compare(CompareKind::Equal, b.compare(CompareKind::Less, x, y), b.compare(CompareKind::Greater, x, zero));
  Value next = b.unary(UnaryKind::Bits, b.select(isAway, b.add(bits, one), b.sub(bits, one)));
  Value least =
      b.unary(UnaryKind::Bits, b.select(b.compare(CompareKind::Greater, y, zero), one, b.scalarLike(bits, 0)));
  least =
      b.select(b.compare(CompareKind::Less, y, zero), b.unary(UnaryKind::Neg, b.unary(UnaryKind::Bits, one)), least);
  next = b.select(b.compare(CompareKind::Equal, x, zero), least, next);
  return b.select(b.compare(CompareKind::Equal, x, y), y,
                  b.select(b.unary(UnaryKind::IsNaN, b.add(x, y)), b.add(x, y), next));
}

} // namespace wasmind::mindir::ops
