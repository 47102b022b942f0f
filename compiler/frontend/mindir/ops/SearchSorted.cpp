//===- SearchSorted.cpp -----------------------------------------------------------------------------------------===//
//
// SearchSorted(sorted [..., n], values [..., m], sorter or None, dtype, right): how many elements of the sorted ones
// are below each value, or not above it
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Ordered.h"

namespace wasmind::mindir::ops {

Operand SearchSorted(Node &node) {
  auto [sorted, values] = promote(node);
  Type type = node.dtype("dtype", 3);
  const bool right = node.flag("right", 4, false);
  if (node.has(2))
    return node.fail("a sorter is not supported; sort the sequence itself");
  if (!type)
    type = node.declaredElement() ? node.declaredElement() : node.compose.getI64Type();
  Value places = node.failed() ? Value() : countBelow(node, sorted, values, right);
  return places ? node.compose.cast(places, type) : Value();
}

} // namespace wasmind::mindir::ops
