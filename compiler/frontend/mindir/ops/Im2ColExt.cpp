//===- Im2ColExt.cpp --------------------------------------------------------------------------------------------===//
//
// Im2ColExt(x [N, C, H, W] or [C, H, W], kernel_size, dilation, padding, stride): patches [N, C * taps, patches]
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Patches.h"
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Im2ColExt(Node &node) {
  Value x = node.tensor(0);
  const bool isBatch = node.rank(x) != 3;
  if (x && !isBatch)
    x = node.compose.unsqueeze(x, {0});
  auto pair = [&](llvm::StringRef name, unsigned i, int64_t otherwise) {
    return perSpatial(node, node.integers(name, i, Integers{otherwise}), 2, name);
  };
  const Integers pads = pair("padding", 3, 0);
  const PatchWindow patches{pair("kernel_size", 1, 1), {pair("stride", 4, 1), pads, pads, pair("dilation", 2, 1)}};
  if (!node.expectRank(x, 4, "input 0"))
    return {};
  Value taken = foldedPatches(node, x, patches);
  if (!taken)
    return Value();
  Compose &b = node.compose;
  const Extents extents = b.extentsOf(taken);
  taken = b.reshape(taken, {extents[0], graph::normalise(extents[1] * extents[2]), extents[3]});
  return isBatch ? taken : b.squeeze(taken, {0});
}

} // namespace wasmind::mindir::ops
