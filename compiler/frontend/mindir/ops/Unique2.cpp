//===- Unique2.cpp ----------------------------------------------------------------------------------------------===//
//
// Unique2(x, sorted, return_inverse, return_counts): the distinct elements in order, which each is, and how many
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Ordered.h"

namespace wasmind::mindir::ops {

Operand Unique2(Node &node) { return sortedUnique(node, /*hasCounts=*/true); }

} // namespace wasmind::mindir::ops
