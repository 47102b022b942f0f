// Reductions of `a` over axes, the list that is input 1; all when it is empty. The axes are not in the result, or have
// an extent of 1 there with keepdims.
#include "runtime/guest/Packing.h"
#include "runtime/guest/movement/Movement.h"

using namespace wasmind::guest;

namespace {

/// A column of the second kernel is as wide as a vector; narrower ones are worth packing.
constexpr int32_t vectorByteLength = 16;

/// A bit for each axis of the list.
int32_t readAxes(const Call &call, uint32_t &reduced) {
  List axes;
  if (readList(call, 1, -1, axes))
    return -1;
  int32_t rank = call.tensors[0].rank;
  reduced = axes.count ? 0 : (1u << rank) - 1;
  for (int32_t i = 0; i < axes.count; ++i) {
    int64_t axis = axes.values[i];
    if (!normalise(axis, rank) || reduced >> axis & 1) {
      refuse(call, "axes", axes);
      appendText(" do not name axes of shape ");
      appendShape(call.tensors[0]);
      appendText(" once each");
      return -1;
    }
    reduced |= 1u << axis;
  }
  return 0;
}

/// The tensor with the reduced axes as its last ones.
Tensor withReducedLast(const Tensor &tensor, uint32_t reduced) {
  Tensor moved = tensor;
  int32_t to = 0;
  for (uint32_t isLast = 0; isLast < 2; ++isLast)
    for (int32_t axis = 0; axis < tensor.rank; ++axis)
      if ((reduced >> axis & 1) == isLast) {
        moved.extents[to] = tensor.extents[axis];
        moved.steps[to++] = tensor.steps[axis];
      }
  return moved;
}

/// A dense tensor as [before][n][behind] around its reduced axes.
struct Around {
  int32_t extents[3] = {1, 1, 1};
  bool isOne = true; ///< the reduced axes follow one another
};

Around around(const Tensor &tensor, uint32_t reduced) {
  Around found;
  int32_t at = 0;
  for (int32_t axis = 0; axis < tensor.rank; ++axis) {
    bool isReduced = reduced >> axis & 1;
    if (tensor.extents[axis] == 1)
      continue;
    at += isReduced != (at == 1);
    found.isOne &= at < 3;
    if (found.isOne)
      found.extents[at] = int32_t(uint32_t(found.extents[at]) * uint32_t(tensor.extents[axis]));
  }
  return found;
}

} // namespace

extern "C" int32_t wasmind_reduce(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  uint32_t reduced;
  if (readArguments(call, count, convertAttribute) || readAxes(call, reduced))
    return -1;
  const Tensor &a = call.tensors[0], &out = call.tensors[3];
  int64_t extents[maxRank];
  int32_t rank = 0, sizes[2] = {1, 1}; // of rows, and along them; of no elements any number where nothing is written
  for (int32_t axis = 0; axis < a.rank; ++axis) {
    bool isReduced = reduced >> axis & 1;
    if (!isReduced || call.elements[2])
      extents[rank++] = isReduced ? 1 : a.extents[axis];
    sizes[isReduced] = int32_t(uint32_t(sizes[isReduced]) * uint32_t(a.extents[axis]));
  }
  if (prepareResult(call, 0, rank, extents))
    return -1;
  if (out.isEmpty())
    return 0;

  Packing packing;
  const Variant &variant = *call.variant;
  Around columns = around(a, reduced);
  bool isColumns = columns.isOne && columns.extents[2] >= vectorByteLength / a.byteWidth && isDense(a);
  for (int32_t i = 0; i < 3; ++i)
    variant.extents[i] = isColumns ? columns.extents[i] : i < 2 ? sizes[i] : 0;
  void *operands[] = {packing.input(isColumns ? a : withReducedLast(a, reduced)), packing.output(out)};
  if (packing.isIncomplete() || variant.kernels[isColumns](operands))
    return call.outOfMemory();
  packing.finish();
  return 0;
}
