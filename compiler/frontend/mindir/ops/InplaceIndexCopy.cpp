//===- InplaceIndexCopy.cpp -------------------------------------------------------------------------------------===//
//
// InplaceIndexCopy(x, dim, index, source): x with the source at these places of a dimension
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand InplaceIndexCopy(Node &node) {
  const int64_t dim = node.integer("dim", 1);
  return changeSlices(node, ScatterKind::Set, node.tensor(0), node.tensor(2), node.tensor(3), dim, 1);
}

} // namespace wasmind::mindir::ops
