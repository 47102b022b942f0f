//===- AffineGrid.cpp --------------------------------------------------------------------------------------------===//
//
// AffineGrid(theta [N, S, S + 1], output_size), attribute align_corners: [N, spatial..., S]
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand AffineGrid(Node &node) {
  Value theta = node.tensor(0);
  const Extents size = node.extents("output_size", 1);
  const bool alignsCorners = node.flag("align_corners", Node::none, false);
  if (!node.expectRank(theta, 3, "theta") || node.failed())
    return {};
  const int64_t spatial = int64_t(size.size()) - 2;
  if ((spatial != 2 && spatial != 3) || node.staticExtent(theta, 1, "theta") != spatial ||
      node.staticExtent(theta, 2, "theta") != spatial + 1)
    return node.fail("theta must be [N, 2, 3] with a size of 4 entries, or [N, 3, 4] with one of 5");
  node.expectEqual(node.compose.extentsOf(theta)[0], size[0], "output_size has another number of images than theta");
  for (AffineExpr extent : llvm::drop_begin(size, 2))
    node.expectAtLeast(extent, 1, "an image of extent '" + node.text(extent) + "'");
  return node.failed() ? Value() : node.compose.affineGrid(theta, llvm::ArrayRef(size).drop_front(2), alignsCorners);
}

} // namespace wasmind::mindir::ops
