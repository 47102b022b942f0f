//===- Resampling.h - the upsampling primitives -------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir {

/// (x [N, C, spatial...], output_size or None, scales or None, align_corners): resampled along all spatial dimensions,
/// whose places are centres of elements if linear and not aligned. `alignsAt` is none where corners cannot be aligned.
Operand upsample(Node &node, int64_t spatial, bool linear, unsigned alignsAt = Node::none);

/// The (size, step) of the result of dimension d: `step` elements of x lie between two of the result where users give a
/// scale, 0 where the step follows from the sizes. Empty after an error.
struct Upsampled {
  int64_t extent;
  double step;
};
llvm::SmallVector<Upsampled> upsampledExtents(Node &node, Value x, int64_t spatial);

/// Sums of elements along dimension `dim` of x: of result i of `extent` the elements that `taps` gives, as many as of
/// all others, times their weights.
struct Tap {
  int64_t element;
  double weight;
};
Value sumTaps(Compose &b, Value x, int64_t dim, int64_t extent,
              llvm::function_ref<llvm::SmallVector<Tap>(int64_t)> taps);

/// Keys' kernel at distance t.
double cubic(double a, double t);

} // namespace wasmind::mindir
