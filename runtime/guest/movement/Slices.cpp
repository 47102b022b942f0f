// Parts of a tensor:
//   Slice(a, begin, size)                 size[i] elements from begin[i] on; a size of -1 is all that are left
//   StridedSlice(a, begin, end, strides)  numpy's a[begin:end:stride] for the first axes, and all of the others
//   Split(a; axis, sections, index)       one of as many equal sections
#include "runtime/guest/movement/Movement.h"

using namespace wasmind::guest;

namespace {

/// Positions along the axes of input 0: begin, begin + stride, ...
struct Slices {
  int64_t begins[maxRank], strides[maxRank], extents[maxRank];

  explicit Slices(const Tensor &tensor) {
    for (int32_t axis = 0; axis < tensor.rank; ++axis) {
      begins[axis] = 0;
      strides[axis] = 1;
      extents[axis] = tensor.extents[axis];
    }
  }

  int32_t copy(Call &call) const {
    const Tensor &a = call.tensors[0], &out = call.tensors[call.firstOutput];
    if (prepareResult(call, 0, a.rank, extents))
      return -1;
    Walk walk(a.byteWidth);
    uintptr_t from = uintptr_t(a.data);
    for (int32_t axis = 0; axis < a.rank; ++axis) {
      from += uintptr_t(a.steps[axis]) * uintptr_t(begins[axis]);
      walk.addAxis(out.extents[axis], out.steps[axis], int32_t(uint32_t(a.steps[axis]) * uint32_t(strides[axis])));
    }
    walk.copy(out.data, reinterpret_cast<const char *>(from));
    return 0;
  }
};

int64_t clamp(int64_t position, int64_t extent, bool isBackwards) {
  position += position < 0 ? extent : 0;
  int64_t low = isBackwards ? -1 : 0, high = isBackwards ? extent - 1 : extent;
  return position < low ? low : position > high ? high : position;
}

} // namespace

extern "C" int32_t wasmind_slice(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  List begin, size;
  const Tensor &a = call.tensors[0];
  if (readArguments(call, count, nullptr) || readList(call, 1, a.rank, begin) || readList(call, 2, a.rank, size))
    return -1;
  Slices slices(a);
  for (int32_t axis = 0; axis < a.rank; ++axis) {
    int64_t first = begin.values[axis], extent = a.extents[axis];
    bool fits = first >= 0 && first <= extent;
    int64_t left = fits ? extent - first : 0, wanted = size.values[axis] == -1 ? left : size.values[axis];
    if (!fits || wanted < 0 || wanted > left) {
      refuse(call, "axis", axis);
      appendText(" of shape ");
      appendShape(a);
      appendText(" has no slice of ");
      appendNumber(size.values[axis]);
      appendText(" from ");
      appendNumber(first);
      return -1;
    }
    slices.begins[axis] = first;
    slices.extents[axis] = wanted;
  }
  return slices.copy(call);
}

extern "C" int32_t wasmind_strided_slice(const OperatorTable *table, const TVMFFIAny *args, int32_t count,
                                         TVMFFIAny *) {
  Call call(*table, args);
  List begin, end, strides;
  const Tensor &a = call.tensors[0];
  if (readArguments(call, count, nullptr) || readList(call, 1, -1, begin) || readList(call, 2, begin.count, end) ||
      readList(call, 3, begin.count, strides))
    return -1;
  if (begin.count > a.rank) {
    refuse(call, "begin", begin);
    appendText(" has more axes than shape ");
    appendShape(a);
    return -1;
  }
  Slices slices(a);
  for (int32_t axis = 0; axis < begin.count; ++axis) {
    int64_t stride = strides.values[axis];
    if (!stride) {
      refuse(call, "strides", strides);
      appendText(": a stride of 0 never ends");
      return -1;
    }
    bool isBackwards = stride < 0;
    int64_t first = clamp(begin.values[axis], a.extents[axis], isBackwards);
    int64_t behind = clamp(end.values[axis], a.extents[axis], isBackwards);
    int64_t span = isBackwards ? first - behind : behind - first;
    uint64_t distance = isBackwards ? 0 - uint64_t(stride) : uint64_t(stride);
    slices.begins[axis] = span > 0 ? first : 0;
    slices.strides[axis] = stride;
    slices.extents[axis] = span > 0 ? int64_t(uint64_t(span - 1) / distance) + 1 : 0;
  }
  return slices.copy(call);
}

extern "C" int32_t wasmind_split(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  const Tensor &a = call.tensors[0];
  int32_t axis;
  if (readArguments(call, count, convertAttribute) || readAxis(call, 1, a.rank, axis))
    return -1;
  int64_t sections = integerOf(call, 2), index = integerOf(call, 3), extent = a.extents[axis];
  if (sections < 1 || extent % sections) {
    refuse(call, "sections", sections);
    appendText(" do not divide axis ");
    appendNumber(axis);
    appendText(" of shape ");
    appendShape(a);
    return -1;
  }
  if (index < 0 || index >= sections) {
    refuse(call, "index", index);
    appendText(" is not one of sections ");
    appendNumber(sections);
    return -1;
  }
  Slices slices(a);
  slices.extents[axis] = extent / sections;
  slices.begins[axis] = index * slices.extents[axis];
  return slices.copy(call);
}
