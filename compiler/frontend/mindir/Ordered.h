//===- Ordered.h - places in sorted sequences --------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir {

/// How many elements of sorted [n], or [..., n] beside values [..., m], are below each value, or with `right` not
/// above.
Value countBelow(Node &node, Value sorted, Value values, bool right);

/// The distinct elements of input 0 in order, which of them each element is, and how many there are of each.
Operand sortedUnique(Node &node, bool hasCounts);

} // namespace wasmind::mindir
