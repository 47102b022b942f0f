#include "compiler/frontend/onnx/Operator.h"

// x [N, C, spatial...] at grid [N, result..., spatial count], whose last dimension holds coordinates from the last to
// the first spatial dimension; gives [N, C, result...].
WASMIND_ONNX_OPERATOR(GridSample) {
  Compose &compose = node.compose();
  Value x = node.input(0), grid = node.input(1);
  const int64_t rank = node.rank(x), spatial = rank - 2;
  std::string mode = node.string("mode", "linear");
  mode = mode == "bilinear" ? "linear" : mode == "bicubic" ? "cubic" : mode; // before opset 20
  const std::string padding = node.string("padding_mode", "zeros");
  grid = spatial < 1 || node.rank(grid) != rank
             ? Value()
             : compose.withExtent(grid, rank - 1, compose.getAffineConstantExpr(spatial));
  if (!grid)
    return node.fail("X must be [N, C, spatial...] and grid [N, result..., number of spatial dimensions]");
  if (mode != "linear" && mode != "nearest" && mode != "cubic")
    return node.fail("attribute 'mode' = '" + mode + "' is not one of linear, nearest, cubic");
  if (mode == "cubic" && spatial != 2)
    return node.fail("attribute 'mode' = 'cubic' takes images of 2 spatial dimensions, not " + llvm::Twine(spatial));
  if (padding != "zeros" && padding != "border" && padding != "reflection")
    return node.fail("attribute 'padding_mode' = '" + padding + "' is not one of zeros, border, reflection");
  const Type element = compose.elementOf(x);
  if (mode != "nearest" && !mlir::isa<mlir::FloatType>(element))
    return node.fail("attribute 'mode' = '" + mode + "' takes floats");
  const Extents image = compose.extentsOf(x);
  for (AffineExpr extent : llvm::drop_begin(image, 2))
    if (!node.require(extent - 1, "an image of extent '" + node.text(extent) + "'"))
      return Failure();
  return compose.gridSample(x, grid, mode, padding, node.flag("align_corners"));
}
