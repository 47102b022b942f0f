//===- Images.h - batches of images -------------------------------------------------------------------------------===//
#pragma once
#include "runtime/guest/movement/Movement.h"

namespace wasmind::guest {

/// Axes of a batch of images as operators see it: [N, H, W, C], whatever the layout of its tensor.
enum ImageAxis : int32_t { Batch, Rows, Columns, Channels };

/// Axis i of the result is axis `axes[i]` of the tensor.
Tensor permuted(const Tensor &tensor, const int32_t *axes);

/// Input `operand`, which is [N, C, H, W] or, with its channels last, [N, H, W, C]. \returns 0, or -1 with the error
/// set, as all that follow.
int32_t readImages(const Call &call, int32_t operand, bool channelsLast, Tensor &images);

/// Refuses, with `what` and the list, numbers that are not `least` to 2^31 - 1.
int32_t checkNumbers(const Call &call, const char *what, const List &list, int64_t least);

/// Input `operand`: rows and columns, `least` to 2^31 - 1.
int32_t readSize(const Call &call, int32_t operand, int64_t least, List &size);

/// Makes output 0 ready for images [N, H, W, C] in that layout (prepareResult).
int32_t prepareImages(Call &call, bool channelsLast, const int64_t *extents, Tensor &images);

/// Refuses images without rows or columns, of which no element of a result can be made.
int32_t refuseNoPixels(const Call &call, const Tensor &images);

} // namespace wasmind::guest
