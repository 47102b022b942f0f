//===- UpsampleNearest2D.cpp - UpsampleNearest2D(x [N, C, H, W], size: tuple, scales or None) ---------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand UpsampleNearest2D(Node &node) {
  Value x = node.tensor(0);
  if (!node.has(1) || node.has(2))
    return node.fail("scales instead of a size are not supported");
  Extents size = node.extents("output_size", 1);
  if (!node.expectRank(x, 4, "input 0"))
    return {};
  return resize(node, x, size, /*alignCorners=*/false, /*halfPixel=*/false, /*linear=*/false);
}

} // namespace wasmind::mindir::ops
