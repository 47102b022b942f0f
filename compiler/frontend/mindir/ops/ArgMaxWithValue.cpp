//===- ArgMaxWithValue.cpp - ArgMaxWithValue(x, axis, keep_dims): int32 indices and values ------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ArgMaxWithValue(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("axis", 1, 0), node.rank(x));
  bool keepDims = node.flag("keep_dims", 2, false);
  if (node.failed())
    return {};
  Value index = node.compose.argReduce(ReduceKind::Max, x, axis, keepDims);
  Type type = node.declaredElement() ? node.declaredElement() : node.compose.getI32Type();
  return Operand::tuple({node.compose.cast(index, type), node.compose.reduce(ReduceKind::Max, x, {axis}, keepDims)});
}

} // namespace wasmind::mindir::ops
