//===- MedianDim.cpp - MedianDim(x, dim, keepdim): the lower median along a dimension, and where it stands ------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand MedianDim(Node &node) {
  Value x = node.tensor(0);
  const int64_t dim = node.axis(node.integer("dim", 1, -1), node.rank(x));
  const int64_t count = node.failed() ? 0 : node.staticExtent(x, dim, "input 0");
  return orderStatistic(node, x, (count + 1) / 2, dim, node.flag("keepdim", 2, false));
}

} // namespace wasmind::mindir::ops
