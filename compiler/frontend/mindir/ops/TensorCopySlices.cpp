//===- TensorCopySlices.cpp - TensorCopySlices(x, value, begin, end, strides): x with x[begin:end:strides] = value ===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand TensorCopySlices(Node &node) {
  Value x = node.tensor(0), value = node.tensor(1);
  Integers begin = node.integers("begin", 2), end = node.integers("end", 3), strides = node.integers("strides", 4);
  const int64_t rank = node.rank(x), count = begin.size();
  if (node.failed() || count > rank || end.size() != begin.size() || strides.size() != begin.size())
    return node.fail("begin, end and strides must have one length, at most the rank of x");
  Compose &b = node.compose;
  Extents part = b.extentsOf(x);
  Integers low(rank, 0), high(rank, 0), interior(rank, 0);
  for (int64_t dim = 0; dim < count; ++dim) {
    const int64_t extent = node.staticExtent(x, dim, "x");
    if (node.failed() || strides[dim] < 1)
      return node.fail("its strides must be positive");
    auto inside = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + extent : at, 0, extent); };
    const int64_t first = inside(begin[dim]), taken = inside(end[dim]) - first;
    const int64_t number = taken <= 0 ? 0 : (taken + strides[dim] - 1) / strides[dim];
    if (number == 0)
      return x;
    part[dim] = b.getAffineConstantExpr(number);
    low[dim] = first;
    interior[dim] = strides[dim] - 1;
    high[dim] = extent - first - (number - 1) * strides[dim] - 1;
  }
  value = b.broadcastTo(b.cast(value, node.element(x)), part);
  Value isChanged = b.pad(b.splat(part, b.getI1Type(), 1), b.scalar(b.getI1Type(), 0), low, high, interior);
  return b.select(isChanged, b.pad(value, b.scalar(node.element(x), 0), low, high, interior), x);
}

} // namespace wasmind::mindir::ops
