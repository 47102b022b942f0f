//===- IndexPut.cpp ---------------------------------------------------------------------------------------------===//
//
// IndexPut(x, values, indices: tuple), attribute accumulate: x with the values at, or added to, these places
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

// The values have, or are broadcast to, the shape of the indices and of the dimensions that are left.
Operand IndexPut(Node &node) {
  Value x = node.tensor(0), values = node.tensor(1), places = placesOf(node, x, 2);
  const int64_t adds = node.integer("accumulate", Node::none, 0);
  if (node.failed() || !places || adds < 0 || adds > 1)
    return node.fail("accumulate is neither 0 nor 1");
  Compose &b = node.compose;
  const Extents extents = b.extentsOf(x);
  Extents shape = b.extentsOf(places);
  const int64_t count = *graph::constantOf(shape.back());
  shape.pop_back();
  shape.append(extents.begin() + count, extents.end());
  return b.scatterNd(adds ? ScatterKind::Add : ScatterKind::Set, x, places,
                     b.broadcastTo(b.cast(values, node.element(x)), shape));
}

} // namespace wasmind::mindir::ops
