//===- UpsampleBicubic2D.cpp ------------------------------------------------------------------------------------===//
//
// UpsampleBicubic2D(x [N, C, H, W], output_size or None, scales or None, align_corners)
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Resampling.h"
#include <cmath>

namespace wasmind::mindir::ops {

// Keys' kernel with a = -0.75 on the four elements around a place, where the border stands for what is outside.
Operand UpsampleBicubic2D(Node &node) {
  Value x = node.tensor(0);
  const bool aligns = node.flag("align_corners", 3, false);
  const auto sizes = upsampledExtents(node, x, 2);
  for (auto [d, wanted] : llvm::enumerate(sizes)) {
    const int64_t from = node.staticExtent(x, 2 + d, "resampling"), to = wanted.extent;
    const double ratio = wanted.step > 0 ? wanted.step : double(from) / double(to);
    const double step = !aligns ? ratio : to > 1 ? double(from - 1) / double(to - 1) : 0.0;
    x = sumTaps(node.compose, x, 2 + d, to, [&](int64_t i) {
      const double place = aligns ? double(i) * step : (double(i) + 0.5) * step - 0.5, whole = std::floor(place);
      llvm::SmallVector<Tap> taps;
      for (int64_t tap = -1; tap <= 2; ++tap)
        taps.push_back({std::clamp<int64_t>(int64_t(whole) + tap, 0, from - 1),
                        cubic(-0.75, std::abs(double(tap) - (place - whole)))});
      return taps;
    });
  }
  return x;
}

} // namespace wasmind::mindir::ops
