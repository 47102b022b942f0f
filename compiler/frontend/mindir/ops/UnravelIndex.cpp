//===- UnravelIndex.cpp - UnravelIndex(places [n], shape): the index in each dimension, [rank, n] ----------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand UnravelIndex(Node &node) {
  Value places = toIndices(node, node.tensor(0));
  auto shape = node.amounts("dims", 1);
  if (node.failed() || shape.empty())
    return node.fail("the shape has no dimensions");
  Compose &b = node.compose;
  const Type type = node.element(places);
  llvm::SmallVector<Value> rows(shape.size());
  for (size_t dim = shape.size(); dim-- > 0;) {
    Value length = b.maximum(b.cast(shape[dim], type), b.scalar(type, 1));
    rows[dim] = b.unsqueeze(b.binary(BinaryKind::FloorMod, places, length), {0});
    places = b.binary(BinaryKind::FloorDiv, places, length);
  }
  return rows.size() == 1 ? rows.front() : b.concat(rows, 0);
}

} // namespace wasmind::mindir::ops
