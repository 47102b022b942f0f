//===- SearchSorted.cpp -----------------------------------------------------------------------------------------===//
//
// SearchSorted(sorted [..., n], values [..., m], sorter or None, dtype, right): how many elements of the sorted ones
// are below each value, or not above it
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand SearchSorted(Node &node) {
  auto [sorted, values] = promote(node);
  Type type = node.dtype("dtype", 3);
  const bool right = node.flag("right", 4, false);
  if (node.has(2))
    return node.fail("a sorter is not supported; sort the sequence itself");
  const int64_t rank = node.rank(sorted);
  if (node.failed() || rank < 1 || (rank > 1 && node.rank(values) != rank))
    return node.fail("the sequence must be [n], or [..., n] beside values [..., m]");
  Compose &b = node.compose;
  values = b.unsqueeze(values, {node.rank(values)});
  if (rank > 1)
    sorted = b.unsqueeze(sorted, {rank - 1});
  Value isBelow = b.compare(right ? CompareKind::LessEqual : CompareKind::Less, sorted, values);
  if (!type)
    type = node.declaredElement() ? node.declaredElement() : b.getI64Type();
  return isBelow ? b.reduce(ReduceKind::Sum, b.cast(isBelow, type), {node.rank(isBelow) - 1}, /*keepDims=*/false)
                 : Value();
}

} // namespace wasmind::mindir::ops
