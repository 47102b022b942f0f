//===- SliceExt.cpp - SliceExt(x, dim, start, end, step) ----------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand SliceExt(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("dim", 1, 0), node.rank(x));
  graph::ComputedSlice slice;
  slice.begin = node.amount("start", 2, 0);
  slice.end = node.amount("end", 3, INT64_MAX);
  slice.stride = node.integer("step", 4, 1);
  return node.failed() ? Value() : sliceAlong(node, x, axis, slice);
}

} // namespace wasmind::mindir::ops
