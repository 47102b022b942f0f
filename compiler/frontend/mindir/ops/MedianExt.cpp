//===- MedianExt.cpp - MedianExt(x): the lower median of all elements -------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand MedianExt(Node &node) {
  Value x = node.tensor(0);
  int64_t count = 1;
  for (int64_t extent : node.staticExtents(x, "input 0"))
    count *= extent;
  if (node.failed() || count == 0)
    return node.fail("a tensor of no elements has no median");
  return orderStatistic(node, node.compose.reshape(x, Integers{count}), (count + 1) / 2, 0, /*keepDims=*/false)
      .elements()[0];
}

} // namespace wasmind::mindir::ops
