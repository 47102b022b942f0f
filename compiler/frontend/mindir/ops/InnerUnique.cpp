//===- InnerUnique.cpp ------------------------------------------------------------------------------------------===//
//
// InnerUnique(x, sorted, return_inverse): the distinct elements in order, and which each is
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Ordered.h"

namespace wasmind::mindir::ops {

Operand InnerUnique(Node &node) { return sortedUnique(node, /*hasCounts=*/false); }

} // namespace wasmind::mindir::ops
