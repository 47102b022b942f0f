//===- StridedSlice.cpp -------------------------------------------------------------------------------------------===//
//
// StridedSlice(x, begin, end, strides, begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask)
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand StridedSlice(Node &node) {
  Value x = node.tensor(0);
  auto begin = node.amounts("begin", 1), end = node.amounts("end", 2);
  Integers strides = node.integers("strides", 3);
  uint64_t beginMask = node.integer("begin_mask", 4, 0), endMask = node.integer("end_mask", 5, 0);
  uint64_t ellipsisMask = node.integer("ellipsis_mask", 6, 0), newAxisMask = node.integer("new_axis_mask", 7, 0);
  uint64_t shrinkMask = node.integer("shrink_axis_mask", 8, 0);
  if (node.failed())
    return {};
  unsigned count = begin.size();
  if (end.size() != count || strides.size() != count || count > 32)
    return node.fail("begin, end and strides have different numbers of entries");
  // Bits above the number of entries mean nothing; the exporter sets them.
  auto bit = [](uint64_t mask, unsigned i) { return (mask >> i & 1) != 0; };
  int64_t consumed = 0;
  for (unsigned i = 0; i < count; ++i)
    consumed += !bit(ellipsisMask, i) && !bit(newAxisMask, i);
  int64_t skipped = node.rank(x) - consumed; // dimensions that an ellipsis stands for
  if (skipped < 0)
    return node.fail("has more entries than the input dimensions");
  int64_t dim = 0;
  for (unsigned i = 0; i < count && !node.failed(); ++i) {
    if (bit(ellipsisMask, i)) {
      dim += skipped;
      skipped = 0;
    } else if (bit(newAxisMask, i)) {
      x = node.compose.unsqueeze(x, {dim++});
    } else {
      bool shrink = bit(shrinkMask, i);
      graph::ComputedSlice slice;
      if (!bit(beginMask, i))
        slice.begin = begin[i];
      if (!bit(endMask, i))
        slice.end = end[i];
      slice.stride = strides[i];
      if (shrink)
        x = takeAlong(node, x, dim, begin[i]);
      else
        x = sliceAlong(node, x, dim++, slice);
    }
  }
  return x;
}

} // namespace wasmind::mindir::ops
