//===- ResizeBicubic.cpp ------------------------------------------------------------------------------------------===//
//
// ResizeBicubic(x [N, C, H, W], size: tuple, align_corners, half_pixel_centers)
//
// Keys' kernel k(t) on the four elements around a place. With half-pixel centres a is -0.5 and elements outside are
// left out, what is left weighing 1 in all; else a is -0.75 and the border stands for them. MindSpore looks the kernel
// up in a table of 1024 steps, so places are rounded to those.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"
#include "compiler/graph/Constants.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

namespace wasmind::mindir::ops {

static double kernel(double a, double t) {
  return t <= 1 ? ((a + 2) * t - (a + 3)) * t * t + 1 : ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
}

/// Resamples one dimension, of `from` elements, to `to`.
static Value resample(Compose &b, Value x, int64_t dim, int64_t from, int64_t to, bool alignsCorners, bool halfPixel) {
  constexpr int tapCount = 4;
  const double a = halfPixel ? -0.5 : -0.75;
  const float scale = alignsCorners && to > 1 ? float(from - 1) / float(to - 1) : float(from) / float(to);
  const unsigned width = graph::byteWidth(b.elementOf(x));
  Integers indices[tapCount];
  std::vector<char> weights[tapCount];
  for (std::vector<char> &tap : weights)
    tap.resize(to * width);
  for (int64_t i = 0; i < to; ++i) {
    const float place =
        halfPixel ? (float(i) + 0.5f) * scale - 0.5f : float(i) * scale; // f32, as MindSpore computes it
    const int64_t whole = int64_t(std::floor(place));
    const double part = std::nearbyint((place - float(whole)) * 1024) / 1024;
    double weight[tapCount] = {kernel(a, 1 + part), kernel(a, part), kernel(a, 1 - part), kernel(a, 2 - part)};
    auto isOutside = [&](int tap) { return whole - 1 + tap < 0 || whole - 1 + tap >= from; };
    double sum = 0;
    for (int tap = 0; tap < tapCount; ++tap) {
      if (halfPixel && isOutside(tap))
        weight[tap] = 0;
      sum += weight[tap];
    }
    for (int tap = 0; tap < tapCount; ++tap) {
      indices[tap].push_back(std::clamp<int64_t>(whole - 1 + tap, 0, from - 1));
      graph::storeDouble(b.elementOf(x), halfPixel ? weight[tap] / sum : weight[tap], weights[tap].data() + i * width);
    }
  }
  Integers line(b.rankOf(x), 1);
  line[dim] = to;
  const auto type = mlir::RankedTensorType::get(line, b.elementOf(x));
  Value sum;
  for (int tap = 0; tap < tapCount; ++tap) {
    Value part = b.mul(b.gather(x, graph::makeIntegers(b, b.getLoc(), indices[tap]), dim),
                       graph::makeConstant(b, b.getLoc(), type, weights[tap]));
    sum = sum ? b.add(sum, part) : part;
  }
  return sum;
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
      x = resample(node.compose, x, dim, from, to, alignsCorners, halfPixel);
  }
  return x;
}

} // namespace wasmind::mindir::ops
