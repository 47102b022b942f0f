//===- UpperBound.cpp -------------------------------------------------------------------------------------------===//
//
// UpperBound(sorted [..., n], values [..., m]), attribute out_type: where each value belongs
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Ordered.h"

namespace wasmind::mindir::ops {

Operand UpperBound(Node &node) {
  auto [sorted, values] = promote(node);
  Type type = node.declaredElement() ? node.declaredElement() : node.compose.getI32Type();
  Value places = node.failed() ? Value() : countBelow(node, sorted, values, /*right=*/true);
  return places ? node.compose.cast(places, type) : Value();
}

} // namespace wasmind::mindir::ops
