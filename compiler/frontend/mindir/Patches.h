//===- Patches.h - the patches of an image as a tensor ------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// The patches of x [N, C, image...] that windows take: [N, C, taps..., patches...], one dimension of each per
/// dimension of the image. Around the image stands `around`, a number. The image's extents are known; `window` has its
/// pads.
Value takePatches(Node &node, Value x, llvm::ArrayRef<int64_t> kernel, const Compose::Window &window, double around);

/// (ksize, strides, dilations, pads) of an operator, one number per dimension of the image each.
struct PatchWindow {
  Integers kernel;
  Compose::Window window;
};
/// Takes the patches of images x [N, C, H, W] and gives them as [N, C, taps, patches].
Value foldedPatches(Node &node, Value x, const PatchWindow &patches);

/// The inverse: images [N, C, size] of x [N, C, taps, patches], in which what stands at one place is added up.
Value sumPatches(Node &node, Value x, llvm::ArrayRef<int64_t> size, const PatchWindow &patches);

/// Without pads for padding 'VALID', with those for which the result has ceil(extent / stride) patches for 'SAME'.
void padPatches(Node &node, llvm::StringRef padding, Value x, PatchWindow &patches);

} // namespace wasmind::mindir
