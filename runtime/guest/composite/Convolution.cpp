// Convolutions of images: sums over a window and the channels of a group of products with weights; what lies outside
// the image counts as zero. Images are [N, C, H, W], weights [O, C / groups, KH, KW]; with channels_last [N, H, W, C]
// and [KH, KW, C / groups, O]. Pads are above, left, below, right.
//   Conv2D(a, weights, strides, pads, dilations; groups, channels_last)
//   DepthwiseConv2D(a, weights, strides, pads, dilations; channels_last)  as many groups as channels
//   Conv2DTranspose(a, weights, strides, pads, dilations, output_padding; groups, channels_last)  every element adds
//       its products with the weights to the window it stands for; pads are cut off the result, output_padding is rows
//       and columns below and right of it; weights are [C, O / groups, KH, KW] or [KH, KW, O / groups, C]
// Kernels have the extents of Slides, then N, H, W, C, KH, KW and, of the first one, O:
//   convolve   [N, H, W, C] and [KH, KW, C, O] to [N, OH, OW, O]
//   depthwise  [N, H, W, C] and [KH, KW, 1, C] to [N, OH, OW, C]
#include "runtime/guest/composite/Slides.h"

using namespace wasmind::guest;

namespace {

constexpr int32_t absent = -1;

/// Axes of weights, whatever the layout of their tensor.
enum WeightAxis : int32_t { Group, KernelRows, KernelColumns, GroupInputs, GroupOutputs };

/// `count` elements of an axis from `first` on, every `stride`th.
Tensor along(const Tensor &tensor, int32_t axis, int32_t first, int32_t stride, int32_t count) {
  Tensor part = tensor;
  part.data = reinterpret_cast<char *>(uintptr_t(part.data) + uintptr_t(first) * uintptr_t(tensor.steps[axis]));
  part.extents[axis] = count;
  part.steps[axis] = int32_t(uint32_t(tensor.steps[axis]) * uint32_t(stride));
  return part;
}

/// Four axes of weights.
Tensor matricesOf(const Tensor &weights, const int32_t (&axes)[4]) {
  Tensor result = weights;
  result.rank = 4;
  return permuted(result, axes);
}

/// A convolution of views.
struct Convolution {
  const Variant &variant;
  int32_t convolve, depthwise; ///< which kernels they are, or absent
  Tensor a, weights, out;      ///< [N, H, W, C], [groups, KH, KW, C / groups, O / groups], [N, OH, OW, O]

  /// \returns 0, or 1 when there was no memory.
  int32_t run(const Slides &slides) const {
    int32_t groups = weights.extents[Group];
    int32_t inputs = weights.extents[GroupInputs], outputs = weights.extents[GroupOutputs];
    bool isDepthwise = convolve == absent || (inputs == 1 && groups > 1 && groups >= outputs);
    if (!isDepthwise) {
      for (int32_t group = 0; group < groups; ++group)
        if (runKernel(convolve, slides, along(a, Channels, group * inputs, 1, inputs),
                      matricesOf(along(weights, Group, group, 1, 1), {1, 2, 3, 4}),
                      along(out, Channels, group * outputs, 1, outputs)))
          return 1;
      return 0;
    }
    Packing packing;
    Tensor images = denseAt(a, packing.input(a));
    // Result number `output` of every channel.
    for (int32_t output = 0; output < outputs && !packing.isIncomplete(); ++output)
      if (runKernel(depthwise, slides, images, matricesOf(along(weights, GroupOutputs, output, 1, 1), {1, 2, 3, 0}),
                    along(out, Channels, output, outputs, groups)))
        return 1;
    return packing.isIncomplete();
  }

private:
  int32_t runKernel(int32_t kernel, const Slides &slides, const Tensor &a, const Tensor &weights,
                    const Tensor &out) const {
    Packing packing;
    void *operands[] = {packing.input(a), packing.input(weights), packing.output(out)};
    const int32_t *w = weights.extents;
    int32_t more[] = {a.extents[Batch], a.extents[Rows], a.extents[Columns], a.extents[Channels], w[0], w[1], w[3]};
    bindExtents(variant, slides, more, kernel == convolve ? 7 : 6);
    if (packing.isIncomplete() || variant.kernels[kernel](operands))
      return 1;
    packing.finish();
    return 0;
  }
};

/// Reads input 1 as [groups, KH, KW, C / groups, O / groups]. \param axes  of the tensor: KH, KW, then the channels of
/// the image and of the result, of which one is split into groups.
int32_t readWeights(const Call &call, const Tensor &a, const int32_t (&axes)[4], bool isTransposed, int64_t groups,
                    Tensor &weights) {
  const Tensor &tensor = call.tensors[1];
  bool fits = tensor.rank == 4 && groups >= 1 && groups <= INT32_MAX;
  if (fits) {
    Tensor whole = permuted(tensor, axes);
    int32_t split = isTransposed ? 2 : 3;
    fits = whole.extents[split] % groups == 0 && whole.extents[2] * (isTransposed ? 1 : groups) == a.extents[Channels];
    weights = whole;
    weights.rank = 5;
    for (int32_t axis = 0; axis < 4; ++axis) {
      weights.extents[axis + 1] = whole.extents[axis];
      weights.steps[axis + 1] = whole.steps[axis];
    }
    int32_t share = whole.extents[split] / int32_t(groups);
    weights.extents[split + 1] = share;
    weights.extents[Group] = int32_t(groups);
    weights.steps[Group] = int32_t(uint32_t(share) * uint32_t(whole.steps[split]));
  }
  if (!fits || !weights.extents[KernelRows] || !weights.extents[KernelColumns]) {
    refuse(call, "weights of shape ");
    appendShape(tensor);
    appendText(fits ? " have no windows for shape " : " do not fit shape ");
    appendShape(call.tensors[0]);
    appendText(" in groups: ");
    appendNumber(groups);
    return -1;
  }
  return 0;
}

/// Zeros, and no error: a sum of no products.
int32_t fillWithZeros(const Tensor &tensor) {
  static const uint64_t zero = 0;
  fill(tensor, reinterpret_cast<const char *>(&zero));
  return 0;
}

/// Conv2D, and DepthwiseConv2D, which has no attribute `groups`.
int32_t conv2d(const OperatorTable &table, const TVMFFIAny *args, int32_t count, bool isDepthwise) {
  Call call(table, args);
  if (readArguments(call, count, convertAttribute))
    return -1;
  bool channelsLast = integerOf(call, isDepthwise ? 5 : 6);
  Tensor a, weights, out;
  SlideLists lists;
  Slides slides;
  if (readImages(call, 0, channelsLast, a) || lists.read(call, 2, true))
    return -1;
  int64_t groups = isDepthwise ? a.extents[Channels] : integerOf(call, 5);
  if (channelsLast ? readWeights(call, a, {0, 1, 2, 3}, false, groups, weights)
                   : readWeights(call, a, {2, 3, 1, 0}, false, groups, weights))
    return -1;
  if (fitSlides(call, lists, a, weights.extents + KernelRows, false, slides))
    return -1;
  int64_t extents[4] = {a.extents[Batch], slides.extents[0], slides.extents[1], groups * weights.extents[GroupOutputs]};
  if (prepareImages(call, channelsLast, extents, out))
    return -1;
  if (out.isEmpty())
    return 0;
  if (a.isEmpty())
    return fillWithZeros(out);
  Convolution convolution{*call.variant, isDepthwise ? absent : 0, isDepthwise ? 0 : 1, a, weights, out};
  return convolution.run(slides) ? call.outOfMemory() : 0;
}

int64_t divisorOf(int64_t a, int64_t b) { return b ? divisorOf(b, a % b) : a; }

/// One axis of a transposed convolution. Element i of the image and k of the window meet in element i * stride - pad +
/// k * dilation of the result. A phase is elements of the result that are `stride` apart: they meet every period-th
/// element of the window, and are a convolution of stride 1 with these, the last one first.
struct Transposition {
  int64_t stride, pad, dilation, size, extent, result, period;

  Transposition(int64_t stride, int64_t pad, int64_t dilation, int64_t size, int64_t extent, int64_t result)
      : stride(stride), pad(pad), dilation(dilation), size(size), extent(extent), result(result),
        period(stride / divisorOf(stride, dilation)) {}

  /// Those that meet an element of the window.
  int64_t phases() const { return period < size ? period : size; }
  bool isWhole() const { return phases() == stride; }
};

/// The phase that meets elements first, first + period, ... of the window.
struct Phase {
  int64_t first, last;   ///< of the window
  int64_t begin, extent; ///< of the result, every stride-th element
  int64_t pad, dilation; ///< of the convolution; a negative pad is elements of the image before the first window

  Phase(const Transposition &axis, int64_t first) : first(first) {
    int64_t offset = first * axis.dilation - axis.pad, count = (axis.size - 1 - first) / axis.period;
    last = first + count * axis.period;
    begin = offset % axis.stride;
    begin += begin < 0 ? axis.stride : 0;
    extent = begin < axis.result ? (axis.result - begin - 1) / axis.stride + 1 : 0;
    dilation = axis.dilation * axis.period / axis.stride;
    pad = dilation * count - (begin - offset) / axis.stride;
  }

  int32_t taps(const Transposition &axis) const { return int32_t((last - first) / axis.period) + 1; }
  int32_t skipped() const { return pad < 0 ? int32_t(-pad) : 0; }
};

struct TransposedConvolution {
  const Variant &variant;
  Tensor a, weights, out; ///< as those of a Convolution
  Transposition axes[2];

  /// \returns 0, or 1 when there was no memory.
  int32_t run() const {
    Packing packing;
    Tensor images = denseAt(a, packing.input(a));
    if (packing.isIncomplete())
      return 1;
    if (!axes[0].isWhole() || !axes[1].isWhole())
      fillWithZeros(out);
    for (int32_t i = 0; i < axes[0].phases(); ++i) {
      Phase rows(axes[0], i);
      for (int32_t j = 0; j < axes[1].phases() && rows.extent; ++j) {
        Phase columns(axes[1], j);
        if (columns.extent && runPhase(images, {rows, columns}))
          return 1;
      }
    }
    return 0;
  }

private:
  int32_t runPhase(const Tensor &images, const Phase (&phases)[2]) const {
    Convolution part{variant, 0, 1, images, weights, out};
    Slides slides;
    bool isSeen = true;
    for (int32_t i = 0; i < 2; ++i) {
      const Transposition &axis = axes[i];
      const Phase &phase = phases[i];
      int32_t extent = int32_t(phase.extent), taps = phase.taps(axis), left = int32_t(axis.extent) - phase.skipped();
      part.out = along(part.out, Rows + i, int32_t(phase.begin), int32_t(axis.stride), extent);
      part.weights = along(part.weights, KernelRows + i, int32_t(phase.last), -int32_t(axis.period), taps);
      part.a = along(part.a, Rows + i, phase.skipped(), 1, left);
      isSeen &= left > 0;
      slides.extents[i] = extent;
      slides.strides[i] = 1;
      slides.pads[i] = phase.pad > 0 ? int32_t(phase.pad) : 0;
      slides.dilations[i] = taps == 1 ? 1 : int32_t(phase.dilation);
    }
    return isSeen ? part.run(slides) : fillWithZeros(part.out);
  }
};

} // namespace

extern "C" {

int32_t wasmind_conv2d(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  return conv2d(*table, args, count, false);
}

int32_t wasmind_depthwise_conv2d(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  return conv2d(*table, args, count, true);
}

int32_t wasmind_conv2d_transpose(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  if (readArguments(call, count, convertAttribute))
    return -1;
  int64_t groups = integerOf(call, 6);
  bool channelsLast = integerOf(call, 7);
  Tensor a, weights, out;
  SlideLists lists;
  List padding;
  if (readImages(call, 0, channelsLast, a) || refuseNoPixels(call, a) || lists.read(call, 2, true) ||
      readList(call, 5, 2, padding))
    return -1;
  if (channelsLast ? readWeights(call, a, {0, 1, 3, 2}, true, groups, weights)
                   : readWeights(call, a, {2, 3, 0, 1}, true, groups, weights))
    return -1;
  int64_t results[2];
  for (int32_t i = 0; i < 2; ++i) {
    int64_t stride = lists.strides.values[i], dilation = lists.dilations.values[i], more = padding.values[i];
    if (more < 0 || more >= (stride > dilation ? stride : dilation))
      return refuse(call, "output_padding must be 0 to less than a stride or dilation, not", padding);
    int64_t reach = dilation * (weights.extents[KernelRows + i] - 1);
    int64_t result = (a.extents[Rows + i] - 1) * stride + reach + 1 + more; // below 2^63
    results[i] = result - lists.pads.values[i] - lists.pads.values[2 + i];
    if (results[i] < 1 || results[i] + reach > INT32_MAX) {
      refuse(call, "pads", lists.pads);
      appendText(results[i] < 1 ? " leave nothing of a result of " : " leave too much of a result of ");
      appendNumber(result);
      appendText(i ? " columns" : " rows");
      return -1;
    }
  }
  int64_t extents[4] = {a.extents[Batch], results[0], results[1], groups * weights.extents[GroupOutputs]};
  if (prepareImages(call, channelsLast, extents, out))
    return -1;
  if (out.isEmpty())
    return 0;
  if (a.isEmpty())
    return fillWithZeros(out);
  auto transposition = [&](int32_t i) -> Transposition {
    return {lists.strides.values[i],         lists.pads.values[i], lists.dilations.values[i],
            weights.extents[KernelRows + i], a.extents[Rows + i],  results[i]};
  };
  TransposedConvolution convolution{*call.variant, a, weights, out, {transposition(0), transposition(1)}};
  return convolution.run() ? call.outOfMemory() : 0;
}
}
