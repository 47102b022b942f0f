#include "compiler/frontend/onnx/Operator.h"

// theta [N, 2, 3] and size [N, C, H, W] give [N, H, W, 2], theta [N, 3, 4] and size [N, C, D, H, W] give [N, D, H, W,
// 3]: theta times the homogeneous coordinates (x, y, 1) or (x, y, z, 1), of which each goes from -1 to 1 along its
// dimension.
WASMIND_ONNX_OPERATOR(AffineGrid) {
  Compose &compose = node.compose();
  Value theta = node.input(0);
  auto size = node.shape(1, "size");
  if (!size)
    return Failure();
  const int64_t spatial = int64_t(size->size()) - 2;
  theta = node.rank(theta) != 3 || (spatial != 2 && spatial != 3)
              ? Value()
              : compose.withExtent(compose.withExtent(theta, 1, compose.getAffineConstantExpr(spatial)), 2,
                                   compose.getAffineConstantExpr(spatial + 1));
  if (!theta)
    return node.fail("theta must be [N, 2, 3] with a size of 4 entries, or [N, 3, 4] with one of 5");
  const AffineExpr batch = compose.extentsOf(theta)[0];
  if (!compose.equate(batch, size->front()))
    return node.fail("size has '" + node.text(size->front()) + "' images, theta '" + node.text(batch) + "'");
  for (AffineExpr extent : llvm::drop_begin(*size, 2))
    if (!node.require(extent - 1, "size has the extent '" + node.text(extent) + "'"))
      return Failure();
  return compose.affineGrid(theta, llvm::ArrayRef(*size).drop_front(2), node.flag("align_corners"));
}
