//===- Scatter.cpp ----------------------------------------------------------------------------------------------===//
//
// Scatter(x, dim, index, src, reduce: 0 none, 1 add): x with the elements of src at these places of a dimension
//
// MindSpore's documentation says that add adds; its kernel for CPUs in 2.10 writes instead.
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Scatter(Node &node) {
  Value x = node.tensor(0), index = toIndices(node, node.tensor(2)), source = node.tensor(3);
  const int64_t dim = node.axis(node.integer("dim", 1), node.rank(x)), kind = node.integer("reduce", 4, 0);
  if (node.failed())
    return {};
  if (kind < 0 || kind > 1)
    return node.fail("reduce is neither 0 (none) nor 1 (add)");
  Compose &b = node.compose;
  // A number is written at every place.
  if (source && node.rank(source) == 0)
    source = b.broadcastTo(source, b.extentsOf(index));
  return b.scatterElements(kind == 1 ? ScatterKind::Add : ScatterKind::Set, x, index, b.cast(source, node.element(x)),
                           dim);
}

} // namespace wasmind::mindir::ops
