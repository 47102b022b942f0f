//===- NthElement.cpp -------------------------------------------------------------------------------------------===//
//
// NthElement(x, n), attribute reverse: the element n of the last dimension in order, from 0
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand NthElement(Node &node) {
  Value x = node.tensor(0);
  const int64_t n = node.integer("n", 1);
  const bool reversed = node.flag("reverse", Node::none, false);
  if (node.failed() || node.rank(x) < 1)
    return node.fail("input 0 has rank 0");
  const int64_t last = node.rank(x) - 1, count = node.staticExtent(x, last, "input 0");
  Operand found =
      node.failed() ? Operand() : orderStatistic(node, x, reversed ? count - n : n + 1, last, /*keepDims=*/false);
  return node.failed() ? Operand() : found.elements()[0];
}

} // namespace wasmind::mindir::ops
