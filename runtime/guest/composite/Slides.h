//===- Slides.h - windows that slide over images ------------------------------------------------------------------===//
#pragma once
#include "runtime/guest/Packing.h"
#include "runtime/guest/movement/Images.h"

namespace wasmind::guest {

/// Windows along rows [0] and columns [1]: element k of window i is element i * stride - pad + k * dilation of the
/// image. The first extents of a kernel that slides, in this order; what they compute does not overflow (te's
/// Slides.h).
struct Slides {
  int32_t extents[2]; ///< of the result
  int32_t strides[2], pads[2], dilations[2];
};

/// Lists of a call as they were given, all numbers at most 2^31 - 1.
struct SlideLists {
  List strides, pads, dilations; ///< 2; 4: above, left, below, right; 2, of ones when there is no such input

  /// Reads inputs `operand`, + 1 and, with dilations, + 2. \returns 0, or -1 with the error set, as all that follow.
  int32_t read(const Call &call, int32_t operand, bool hasDilations);
};

/// Windows of `sizes` elements, 1 or more, as many as fit into the images and their pads; with `isCeil` one more where
/// elements are left and it begins before the image ends. Refuses windows larger than image and pads.
int32_t fitSlides(const Call &call, const SlideLists &lists, const Tensor &images, const int32_t *sizes, bool isCeil,
                  Slides &slides);

/// Writes the extents of a kernel: the slides, then `more`.
void bindExtents(const Variant &variant, const Slides &slides, const int32_t *more, int32_t count);

} // namespace wasmind::guest
