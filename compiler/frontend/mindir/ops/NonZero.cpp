//===- NonZero.cpp - NonZero(x): the places of elements that are not zero, [count, rank] --------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand NonZero(Node &node) {
  Value x = node.tensor(0);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const Extents extents = b.extentsOf(x);
  Value places = b.positionsOf(b.compare(CompareKind::NotEqual, x, b.scalarLike(x, 0)), node.nameOfExtent(0));
  if (!places || node.failed())
    return {};
  if (extents.empty()) // the one element has no place
    return b.reshape(places, {b.extentsOf(places)[0], b.getAffineConstantExpr(0)});
  // Row-major places, taken apart from the last dimension on.
  llvm::SmallVector<Value> columns(extents.size());
  for (size_t dim = extents.size(); dim-- > 0;) {
    Value length = b.reshape(b.extent(extents[dim]), llvm::ArrayRef<int64_t>{1});
    columns[dim] = b.unsqueeze(dim ? b.binary(BinaryKind::FloorMod, places, length) : places, {1});
    places = b.binary(BinaryKind::FloorDiv, places, length);
  }
  return b.concat(columns, 1);
}

} // namespace wasmind::mindir::ops
