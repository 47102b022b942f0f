#include "runtime/guest/composite/Slides.h"

namespace wasmind::guest {

int32_t SlideLists::read(const Call &call, int32_t operand, bool hasDilations) {
  dilations = {2, {1, 1}};
  if (readList(call, operand, 2, strides) || readList(call, operand + 1, 4, pads) ||
      (hasDilations && readList(call, operand + 2, 2, dilations)))
    return -1;
  if (checkNumbers(call, "strides must be 1 to 2147483647, not", strides, 1) ||
      checkNumbers(call, "pads must be 0 to 2147483647, not", pads, 0) ||
      checkNumbers(call, "dilations must be 1 to 2147483647, not", dilations, 1))
    return -1;
  return 0;
}

int32_t fitSlides(const Call &call, const SlideLists &lists, const Tensor &images, const int32_t *sizes, bool isCeil,
                  Slides &slides) {
  for (int32_t i = 0; i < 2; ++i) {
    int64_t stride = lists.strides.values[i], dilation = lists.dilations.values[i];
    int64_t before = lists.pads.values[i], behind = lists.pads.values[2 + i], extent = images.extents[Rows + i];
    int64_t padded = before + extent + behind, span = dilation * (sizes[i] - 1) + 1; // below 2^62
    int64_t last = (padded - span + (isCeil ? stride - 1 : 0)) / stride;
    if (isCeil && last * stride >= before + extent) // it would begin behind the image
      --last;
    if (padded < span || last * stride + span > INT32_MAX) {
      refuse(call, "windows over", span);
      appendText(i ? " columns" : " rows");
      appendText(padded < span ? " do not fit into the " : " reach too far over the ");
      appendNumber(padded);
      appendText(" of shape ");
      appendShape(call.tensors[0]);
      appendText(" and pads");
      return -1;
    }
    slides.extents[i] = int32_t(last + 1);
    slides.strides[i] = last ? int32_t(stride) : 1;
    slides.pads[i] = int32_t(before);
    slides.dilations[i] = sizes[i] == 1 ? 1 : int32_t(dilation);
  }
  return 0;
}

void bindExtents(const Variant &variant, const Slides &slides, const int32_t *more, int32_t count) {
  __builtin_memcpy(variant.extents, &slides, sizeof(slides));
  __builtin_memcpy(variant.extents + sizeof(slides) / sizeof(int32_t), more, uint32_t(count) * sizeof(int32_t));
}

} // namespace wasmind::guest
