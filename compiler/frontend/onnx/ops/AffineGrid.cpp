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
  auto constant = [&](int64_t value) { return compose.getAffineConstantExpr(value); };
  if (node.rank(theta) != 3 || (spatial != 2 && spatial != 3) || node.staticExtent(theta, 1) != spatial ||
      node.staticExtent(theta, 2) != spatial + 1)
    return node.fail("theta must be [N, 2, 3] with a size of 4 entries, or [N, 3, 4] with one of 5");
  const AffineExpr batch = compose.extentsOf(theta)[0];
  if (!compose.equate(batch, size->front()))
    return node.fail("size has '" + node.text(size->front()) + "' images, theta '" + node.text(batch) + "'");
  for (AffineExpr extent : llvm::drop_begin(*size, 2))
    if (!node.require(extent - 1, "size has the extent '" + node.text(extent) + "'"))
      return Failure();

  const bool alignsCorners = node.flag("align_corners");
  const Type element = compose.elementOf(theta);
  // Column `column` of theta as [N, 1..., spatial].
  auto columnOf = [&](int64_t column) {
    Extents shape(spatial + 2, constant(1));
    shape.front() = batch;
    shape.back() = constant(spatial);
    return compose.reshape(compose.sliceDim(theta, 2, constant(column), constant(1)), shape);
  };
  Value grid = columnOf(spatial);
  for (int64_t dim = 0; dim < spatial; ++dim) {
    const AffineExpr extent = (*size)[dim + 2];
    Extents line(spatial + 2, constant(1));
    line[dim + 1] = extent;
    Value position =
        graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType(line, compose.getF32Type()), dim + 1);
    // (2 i + 1) / extent - 1, or 2 i / (extent - 1) - 1, which is -1 where there is one element.
    auto real = [&](AffineExpr value) { return compose.cast(compose.extent(value), compose.getF32Type()); };
    auto number = [&](double value) { return compose.scalar(compose.getF32Type(), value); };
    position = compose.mul(position, number(2));
    position = alignsCorners ? compose.div(position, compose.maximum(real(extent - 1), number(1)))
                             : compose.div(compose.add(position, number(1)), real(extent));
    position = compose.cast(compose.sub(position, number(1)), element);
    grid = compose.add(compose.mul(position, columnOf(spatial - 1 - dim)), grid); // x runs along the last dimension
  }
  return grid;
}
