//===- SplitTensor.cpp - SplitTensor(x, split_size, dim): parts of split_size, the last one smaller ---------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand SplitTensor(Node &node) {
  Value x = node.tensor(0);
  Value size = node.amount("split_size", 1);
  int64_t axis = node.axis(node.integer("dim", 2, 0), node.rank(x));
  return node.failed() ? Operand() : splitBySize(node, x, axis, node.extentOf(size, axis));
}

} // namespace wasmind::mindir::ops
