//===- Range.cpp - Range(start, limit, delta): integers or floats known at compile time ---------------------------===//
#include "compiler/frontend/mindir/Operator.h"
#include <cmath>

namespace wasmind::mindir::ops {

Operand Range(Node &node) {
  Value first = node.tensor(0);
  double start = node.number("", 0), limit = node.number("", 1), step = node.number("", 2, 1);
  if (node.failed())
    return {};
  double count = std::ceil((limit - start) / step);
  if (!(count >= 0))
    count = 0;
  if (step == 0 || count > (1 << 26))
    return node.fail("has a step of 0 or too many elements");
  Compose &b = node.compose;
  Type type = node.declaredElement() ? node.declaredElement() : node.element(first);
  Value index =
      graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType(b.getContext(), {int64_t(count)}, b.getI64Type()), 0);
  index = b.cast(index, type);
  return b.add(b.mul(index, b.scalarLike(index, step)), b.scalarLike(index, start));
}

} // namespace wasmind::mindir::ops
