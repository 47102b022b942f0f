#include "runtime/guest/movement/Images.h"

namespace wasmind::guest {

Tensor permuted(const Tensor &tensor, const int32_t *axes) {
  Tensor result = tensor;
  for (int32_t i = 0; i < tensor.rank; ++i) {
    result.extents[i] = tensor.extents[axes[i]];
    result.steps[i] = tensor.steps[axes[i]];
  }
  return result;
}

/// Where N, H, W and C are.
static Tensor imagesOf(const Tensor &tensor, bool channelsLast) {
  static const int32_t axes[4] = {0, 2, 3, 1};
  return channelsLast ? tensor : permuted(tensor, axes);
}

int32_t readImages(const Call &call, int32_t operand, bool channelsLast, Tensor &images) {
  const Tensor &tensor = call.tensors[operand];
  if (tensor.rank != 4) {
    refuse(call, "input", operand);
    appendText(" must have rank 4, not shape ");
    appendShape(tensor);
    return -1;
  }
  images = imagesOf(tensor, channelsLast);
  return 0;
}

int32_t checkNumbers(const Call &call, const char *what, const List &list, int64_t least) {
  for (int32_t i = 0; i < list.count; ++i)
    if (list.values[i] < least || list.values[i] > INT32_MAX)
      return refuse(call, what, list);
  return 0;
}

int32_t readSize(const Call &call, int32_t operand, int64_t least, List &size) {
  const char *what = least ? "sizes must be 1 to 2147483647, not" : "sizes must be 0 to 2147483647, not";
  return readList(call, operand, 2, size) || checkNumbers(call, what, size, least) ? -1 : 0;
}

int32_t prepareImages(Call &call, bool channelsLast, const int64_t *extents, Tensor &images) {
  int64_t channelsFirst[4] = {extents[Batch], extents[Channels], extents[Rows], extents[Columns]};
  if (prepareResult(call, 0, 4, channelsLast ? extents : channelsFirst))
    return -1;
  images = imagesOf(call.tensors[call.firstOutput], channelsLast);
  return 0;
}

int32_t refuseNoPixels(const Call &call, const Tensor &images) {
  if (images.extents[Rows] && images.extents[Columns])
    return 0;
  refuse(call, "images of shape ");
  appendShape(call.tensors[0]);
  appendText(" have no pixels");
  return -1;
}

} // namespace wasmind::guest
