//===- Col2ImExt.cpp --------------------------------------------------------------------------------------------===//
//
// Col2ImExt(x [N, C * taps, L] or [C * taps, L], output_size, kernel_size, dilation, padding, stride): sums of patches
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Patches.h"
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Col2ImExt(Node &node) {
  Value x = node.tensor(0);
  auto pair = [&](llvm::StringRef name, unsigned i, int64_t otherwise) {
    return perSpatial(node, node.integers(name, i, Integers{otherwise}), 2, name);
  };
  const Integers size = node.integers("output_size", 1), pads = pair("padding", 4, 0);
  const PatchWindow patches{pair("kernel_size", 2, 1), {pair("stride", 5, 1), pads, pads, pair("dilation", 3, 1)}};
  const bool isBatch = node.rank(x) != 2;
  if (node.failed() || !checkWindow(node, patches.kernel, patches.window))
    return {};
  Compose &b = node.compose;
  if (!isBatch)
    x = b.unsqueeze(x, {0});
  if (!node.expectRank(x, 3, "input 0"))
    return {};
  const Extents extents = b.extentsOf(x);
  const int64_t taps = patches.kernel[0] * patches.kernel[1], rows = node.staticExtent(x, 1, "input 0");
  if (node.failed() || taps > (1 << 20) || rows % taps)
    return node.fail("dimension 1 is no multiple of the kernel's " + llvm::Twine(taps) + " taps");
  x = b.reshape(x, {extents[0], b.getAffineConstantExpr(rows / taps), b.getAffineConstantExpr(taps), extents[2]});
  Value image = sumPatches(node, x, size, patches);
  return isBatch || !image ? image : b.squeeze(image, {0});
}

} // namespace wasmind::mindir::ops
