//===- ExtractImagePatches.cpp ------------------------------------------------------------------------------------===//
//
// ExtractImagePatches(x [N, C, H, W], ksizes, strides, rates, padding), attributes in older files: patches as channels
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Patches.h"
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

// Channel (tap * C + c) of the result is tap `tap` of channel c, as of ExtractVolumePatches.
Operand ExtractImagePatches(Node &node) {
  Value x = node.tensor(0);
  PatchWindow patches;
  patches.kernel = perSpatial(node, node.integers("ksizes", 1), 2, "ksizes");
  patches.window.strides = perSpatial(node, node.integers("strides", 2), 2, "strides");
  patches.window.dilations = perSpatial(node, node.integers("rates", 3), 2, "rates");
  const std::string padding = padMode(node, "padding", 4, "valid");
  if (!node.expectRank(x, 4, "input 0") || node.failed())
    return {};
  padPatches(node, padding, x, patches);
  Value taken = takePatches(node, x, patches.kernel, patches.window, 0);
  if (!taken)
    return Value();
  Compose &b = node.compose;
  taken = b.transpose(taken, {0, 2, 3, 1, 4, 5});
  const Extents extents = b.extentsOf(taken);
  return b.reshape(taken, {extents[0], graph::productOf(llvm::ArrayRef(extents).slice(1, 3), b.getContext()),
                           extents[4], extents[5]});
}

} // namespace wasmind::mindir::ops
