//===- ResizeBicubic.cpp ------------------------------------------------------------------------------------------===//
//
// ResizeBicubic(x [N, C, H, W], size: tuple, align_corners, half_pixel_centers)
//
// Keys' kernel k(t) on the four elements around a place. With half-pixel centres a is -0.5 and elements outside are
// left out, what is left weighing 1 in all; else a is -0.75 and the border stands for them. MindSpore looks the kernel
// up in a table of 1024 steps, so places are rounded to those.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Resampling.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

namespace wasmind::mindir::ops {

/// Resamples one dimension, of `from` elements, to `to`.
static Value resampleCubic(Compose &b, Value x, int64_t dim, int64_t from, int64_t to, bool alignsCorners,
                           bool halfPixel) {
  const double a = halfPixel ? -0.5 : -0.75;
  const float scale = alignsCorners && to > 1 ? float(from - 1) / float(to - 1) : float(from) / float(to);
  return sumTaps(b, x, dim, to, [&](int64_t i) {
    const float place =
        halfPixel ? (float(i) + 0.5f) * scale - 0.5f : float(i) * scale; // f32, as MindSpore computes it
    const int64_t whole = int64_t(std::floor(place));
    const double part = std::nearbyint((place - float(whole)) * 1024) / 1024;
    llvm::SmallVector<Tap> taps;
    double sum = 0;
    for (int64_t element = whole - 1; element <= whole + 2; ++element) {
      const bool isOutside = element < 0 || element >= from;
      const double weight = halfPixel && isOutside ? 0 : cubic(a, std::abs(double(element - whole) - part));
      taps.push_back({std::clamp<int64_t>(element, 0, from - 1), weight});
      sum += weight;
    }
    for (Tap &tap : taps)
      tap.weight /= halfPixel ? sum : 1;
    return taps;
  });
}

Operand ResizeBicubic(Node &node) {
  Value x = node.tensor(0);
  const Integers size = node.integers("size", 1);
  const bool alignsCorners = node.flag("align_corners", 2, false),
             halfPixel = node.flag("half_pixel_centers", 3, false);
  if (!node.expectRank(x, 4, "input 0") || node.failed())
    return {};
  if (size.size() != 2 || llvm::any_of(size, [](int64_t extent) { return extent < 1 || extent > (1 << 20); }))
    return node.fail("size must be two extents of 1 to 2^20");
  if (alignsCorners && halfPixel)
    return node.fail("align_corners and half_pixel_centers exclude each other");
  for (int64_t dim : {2, 3}) {
    const int64_t from = node.staticExtent(x, dim, "resizing"), to = size[dim - 2];
    if (node.failed() || from < 1)
      return node.fail("an image without elements");
    if (from != to)
      x = resampleCubic(node.compose, x, dim, from, to, alignsCorners, halfPixel);
  }
  return x;
}

} // namespace wasmind::mindir::ops
