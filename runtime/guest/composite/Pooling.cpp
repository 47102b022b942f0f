// Windows of images [N, C, H, W], with channels_last [N, H, W, C]; pads are above, left, below, right, each less than
// the window covers. With ceil_mode there is one more window, cut off, where rows or columns of the image are left.
//   MaxPool(a, size, strides, pads, dilations; ceil_mode, channels_last)  NaN where an element is NaN
//   AvgPool(a, size, strides, pads; ceil_mode, count_include_pad, channels_last)  sums over the number of elements in
//       the image or, with count_include_pad, in image and pads
// Kernels have the extents of Slides, then KH, KW, N, H, W, C:
//   MaxPool  [N, H, W, C] to [N, OH, OW, C]
//   AvgPool  [N, H, W, C], counts [OH] and [OW] to [N, OH, OW, C]: window (i, j) has counts[i] * counts[j] elements.
//            Counts are f64 of f64 images, else f32.
#include "runtime/guest/composite/Slides.h"

using namespace wasmind::guest;

namespace {

/// A call of either operator, its images as [N, H, W, C].
struct Pooling {
  Call call;
  Tensor a, out;
  SlideLists lists;
  int32_t sizes[2];
  Slides slides;

  Pooling(const OperatorTable &table, const TVMFFIAny *args) : call(table, args) {}

  /// `ceil_mode` is the first attribute, `channels_last` the last.
  int32_t read(int32_t count, bool hasDilations) {
    if (readArguments(call, count, convertAttribute))
      return -1;
    bool isCeil = integerOf(call, call.table.inputs), channelsLast = integerOf(call, call.firstOutput - 1);
    List size;
    if (readImages(call, 0, channelsLast, a) || refuseNoPixels(call, a) || readSize(call, 1, 1, size) ||
        lists.read(call, 2, hasDilations))
      return -1;
    for (int32_t i = 0; i < 2; ++i) {
      sizes[i] = int32_t(size.values[i]);
      int64_t reach = lists.dilations.values[i] * (sizes[i] - 1);
      if (lists.pads.values[i] > reach || lists.pads.values[2 + i] > reach)
        return refuse(call, "pads must be less than windows cover, not", lists.pads);
    }
    if (fitSlides(call, lists, a, sizes, isCeil, slides))
      return -1;
    int64_t extents[4] = {a.extents[Batch], slides.extents[0], slides.extents[1], a.extents[Channels]};
    return prepareImages(call, channelsLast, extents, out);
  }

  /// Calls the kernel. \param counts  of a mean: [OH], [OW].
  int32_t run(Packing &packing, void *const (&counts)[2]) {
    void *operands[4] = {packing.input(a)};
    int32_t count = 1;
    for (void *each : counts)
      if (each)
        operands[count++] = each;
    operands[count] = packing.output(out);
    int32_t extents[] = {sizes[0],        sizes[1],           a.extents[Batch],
                         a.extents[Rows], a.extents[Columns], a.extents[Channels]};
    bindExtents(*call.variant, slides, extents, 6);
    if (packing.isIncomplete() || call.variant->kernels[0](operands))
      return call.outOfMemory();
    packing.finish();
    return 0;
  }

  /// How many elements each window along an axis has, rows 0, columns 1; or null when there is no memory.
  template <typename Number> void *countElements(Packing &packing, int32_t axis, bool withPads) const {
    int64_t count = slides.extents[axis];
    Number *counts = static_cast<Number *>(packing.allocate(uint64_t(count) * sizeof(Number)));
    int64_t extent = a.extents[Rows + axis], begin = withPads ? -slides.pads[axis] : 0;
    int64_t end = withPads ? extent + lists.pads.values[2 + axis] : extent;
    for (int64_t i = 0; i < count && counts; ++i) {
      int64_t first = i * slides.strides[axis] - slides.pads[axis], behind = first + sizes[axis];
      counts[i] = Number((behind < end ? behind : end) - (first > begin ? first : begin));
    }
    return counts;
  }
};

} // namespace

extern "C" {

int32_t wasmind_max_pool(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Pooling pooling(*table, args);
  if (pooling.read(count, true))
    return -1;
  Packing packing;
  return pooling.out.isEmpty() ? 0 : pooling.run(packing, {nullptr, nullptr});
}

int32_t wasmind_avg_pool(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Pooling pooling(*table, args);
  if (pooling.read(count, false))
    return -1;
  if (pooling.out.isEmpty())
    return 0;
  Packing packing;
  bool isWide = pooling.a.byteWidth == 8, withPads = integerOf(pooling.call, 5);
  void *counts[2];
  for (int32_t axis = 0; axis < 2; ++axis)
    counts[axis] = isWide ? pooling.countElements<double>(packing, axis, withPads)
                          : pooling.countElements<float>(packing, axis, withPads);
  return pooling.run(packing, counts);
}
}
