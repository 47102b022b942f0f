//===- MinDim.cpp - MinDim(x, dim, keepdim): values and int64 indices ---------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand MinDim(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("dim", 1), node.rank(x));
  bool keepDims = node.flag("keepdim", 2, false);
  if (node.failed())
    return {};
  return Operand::tuple({node.compose.reduce(ReduceKind::Min, x, {axis}, keepDims),
                         node.compose.argReduce(ReduceKind::Min, x, axis, keepDims)});
}

} // namespace wasmind::mindir::ops
