//===- InplaceIndexPut.cpp ----------------------------------------------------------------------------------------===//
//
// InplaceIndexPut(x, indices: tuple, values, accumulate): x with the values at, or added to, these places
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand InplaceIndexPut(Node &node) {
  return indexPut(node, /*values=*/2, /*indices=*/1, node.flag("accumulate", 3, false));
}

} // namespace wasmind::mindir::ops
