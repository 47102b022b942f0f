//===- ResizeArea.cpp -------------------------------------------------------------------------------------------===//
//
// ResizeArea(images [N, H, W, C], size), attribute align_corners: means of the areas of pixels
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Resampling.h"
#include <cmath>

namespace wasmind::mindir::ops {

// What a pixel of the result covers, from i * scale to (i + 1) * scale, weighs by its share; what is beyond the border
// is the border. Results are float32.
Operand ResizeArea(Node &node) {
  Value x = node.tensor(0);
  const Integers size = node.integers("size", 1);
  const bool aligns = node.flag("align_corners", Node::none, false);
  if (!node.expectRank(x, 4, "input 0") || node.failed())
    return {};
  if (size.size() != 2 || llvm::any_of(size, [](int64_t extent) { return extent < 1 || extent > (1 << 20); }))
    return node.fail("size must be two extents of 1 to 2^20");
  Compose &b = node.compose;
  x = b.cast(x, b.getF32Type());
  for (int64_t dim : {1, 2}) {
    const int64_t from = node.staticExtent(x, dim, "resizing"), to = size[dim - 1];
    if (node.failed() || from < 1)
      return node.fail("an image without elements");
    const float scale = aligns && to > 1 ? float(from - 1) / float(to - 1) : float(from) / float(to);
    if (scale > 255)
      return node.fail("an image that becomes more than 255 times smaller is not supported; resize it twice");
    const int64_t count = int64_t(std::ceil(scale)) + 1; // of pixels that one may meet
    x = sumTaps(b, x, dim, to, [&](int64_t i) {
      const float start = float(i) * scale, end = float(i + 1) * scale;
      llvm::SmallVector<Tap> taps;
      for (int64_t k = 0; k < count; ++k) {
        const int64_t element = int64_t(std::floor(start)) + k;
        const float share = std::min(end, float(element + 1)) - std::max(start, float(element));
        taps.push_back({std::clamp<int64_t>(element, 0, from - 1), std::max(share, 0.0f) / scale});
      }
      return taps;
    });
  }
  return x;
}

} // namespace wasmind::mindir::ops
