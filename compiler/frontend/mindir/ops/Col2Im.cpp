//===- Col2Im.cpp ------------------------------------------------------------------------------------------------===//
//
// Col2Im(x [N, C, KH * KW, L], output_size), attributes kernel_size, dilation, padding, stride: sums of patches
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Windows.h"

namespace wasmind::mindir::ops {

Operand Col2Im(Node &node) {
  Value x = node.tensor(0);
  const Integers size = node.integers("output_size", 1);
  auto pair = [&](llvm::StringRef name, int64_t otherwise) {
    return perSpatial(node, node.integers(name, Node::none, Integers{otherwise}), 2, name);
  };
  const Integers kernel = pair("kernel_size", 1), dilations = pair("dilation", 1), pads = pair("padding", 0),
                 strides = pair("stride", 1);
  if (!node.expectRank(x, 4, "input 0") || node.failed() || size.size() != 2)
    return node.fail("output_size has not 2 entries");
  Compose &b = node.compose;
  const Extents extents = b.extentsOf(x);
  Integers padded, patches;
  for (int64_t d = 0; d < 2; ++d) {
    if (size[d] < 1 || size[d] > (1 << 16) || kernel[d] < 1 || kernel[d] > (1 << 10) || dilations[d] < 1 ||
        dilations[d] > (1 << 16) || strides[d] < 1 || strides[d] > (1 << 16) || pads[d] < 0 || pads[d] > (1 << 16))
      return node.fail("a size is out of range");
    padded.push_back(size[d] + 2 * pads[d]);
    const int64_t span = dilations[d] * (kernel[d] - 1) + 1;
    patches.push_back(padded[d] < span ? 0 : (padded[d] - span) / strides[d] + 1);
  }
  const int64_t taps = kernel[0] * kernel[1], count = patches[0] * patches[1];
  if (node.staticExtent(x, 2, "input 0") != taps || node.staticExtent(x, 3, "input 0") != count || count < 1)
    return node.fail("x is not [N, C, " + llvm::Twine(taps) + ", " + llvm::Twine(count) + "], as the sizes say");
  if (padded[0] * padded[1] > (int64_t(1) << 30) || taps * count > (int64_t(1) << 24))
    return node.fail("a size is out of range");
  return b.foldPatches(x, llvm::ArrayRef(extents).take_front(2), size, kernel, {strides, pads, pads, dilations});
}

} // namespace wasmind::mindir::ops
