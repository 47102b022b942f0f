//===- ExtractVolumePatches.cpp ---------------------------------------------------------------------------------===//
//
// ExtractVolumePatches(x [N, C, D, H, W]), attributes kernel_size, strides, padding: patches as channels
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Patches.h"
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

// Channel (tap * C + c) of the result is tap `tap` of channel c.
Operand ExtractVolumePatches(Node &node) {
  Value x = node.tensor(0);
  PatchWindow patches;
  patches.kernel = perSpatial(node, node.integers("kernel_size", Node::none), 3, "kernel_size");
  patches.window.strides = perSpatial(node, node.integers("strides", Node::none), 3, "strides");
  patches.window.dilations = {1, 1, 1};
  if (!node.expectRank(x, 5, "input 0") || node.failed())
    return {};
  padPatches(node, node.text("padding", Node::none, "valid"), x, patches);
  Value taken = takePatches(node, x, patches.kernel, patches.window, 0);
  if (!taken)
    return Value();
  Compose &b = node.compose;
  taken = b.transpose(taken, {0, 2, 3, 4, 1, 5, 6, 7});
  const Extents extents = b.extentsOf(taken);
  return b.reshape(taken, {extents[0], graph::productOf(llvm::ArrayRef(extents).slice(1, 4), b.getContext()),
                           extents[5], extents[6], extents[7]});
}

} // namespace wasmind::mindir::ops
