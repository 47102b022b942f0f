//===- ArgMaxExt.cpp - ArgMaxExt(x, dim or None, keepdim): int64 --------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ArgMaxExt(Node &node) {
  Value x = node.tensor(0);
  bool all = !node.has(1), keepDims = !all && node.flag("keepdim", 2, false);
  if (node.failed())
    return {};
  if (all)
    x = node.compose.flatten(x, 0), x = node.compose.squeeze(x, {0});
  int64_t axis = node.axis(node.integer("dim", 1, 0), node.rank(x));
  return node.failed() ? Value() : node.compose.argReduce(ReduceKind::Max, x, axis, keepDims);
}

} // namespace wasmind::mindir::ops
