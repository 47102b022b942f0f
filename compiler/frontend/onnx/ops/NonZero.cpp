#include "compiler/frontend/onnx/Operator.h"

// [rank, count] positions of the elements that are not zero.
WASMIND_ONNX_OPERATOR(NonZero) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const Extents extents = compose.extentsOf(x);
  Value flags =
      compose.elementOf(x).isInteger(1) ? x : compose.compare(CompareKind::NotEqual, x, compose.scalarLike(x, 0));
  Value positions = compose.positionsOf(flags, node.nameOfExtent(0, 1));
  if (!positions)
    return Failure();
  const AffineExpr count = compose.extentsOf(positions).front();
  if (extents.empty())
    return compose.splat({compose.getAffineConstantExpr(0), count}, compose.getI64Type(), 0);
  llvm::SmallVector<Value> rows(extents.size());
  for (size_t dim = extents.size(); dim-- > 0;) {
    Value extent = compose.reshape(compose.extent(extents[dim]), Integers{1});
    rows[dim] = compose.unsqueeze(dim ? compose.binary(BinaryKind::FloorMod, positions, extent) : positions, {0});
    positions = compose.binary(BinaryKind::FloorDiv, positions, extent);
  }
  return compose.concat(rows, 0);
}
