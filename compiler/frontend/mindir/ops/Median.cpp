//===- Median.cpp -----------------------------------------------------------------------------------------------===//
//
// Median(x), attributes global_median, axis, keep_dims, ignore_nan: the lower median, and where it stands
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Median(Node &node) {
  Value x = node.tensor(0);
  const bool isGlobal = node.flag("global_median", Node::none, false),
             keepDims = node.flag("keep_dims", Node::none, false);
  if (node.flag("ignore_nan", Node::none, false))
    return node.fail("ignore_nan is not supported; take the median of the elements that are numbers");
  int64_t dim = node.integer("axis", Node::none, 0), count = 1;
  if (isGlobal) {
    for (int64_t extent : node.staticExtents(x, "input 0"))
      count *= extent;
    dim = 0;
    x = node.failed() ? x : node.compose.reshape(x, Integers{count});
  } else if (node.rank(x) == 0) {
    x = node.failed() ? x : node.compose.reshape(x, Integers{1});
    dim = 0;
  } else {
    dim = node.axis(dim, node.rank(x));
    count = node.failed() ? 0 : node.staticExtent(x, dim, "input 0");
  }
  Operand found = orderStatistic(node, x, (count + 1) / 2, dim, keepDims && !isGlobal);
  return node.failed() ? Operand() : found;
}

} // namespace wasmind::mindir::ops
