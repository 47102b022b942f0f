//===- RepeatInterleaveInt.cpp ------------------------------------------------------------------------------------===//
//
// RepeatInterleaveInt(x, repeats, dim or None, output_size): each element that many times
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand RepeatInterleaveInt(Node &node) {
  Value x = node.tensor(0);
  int64_t count = node.integer("repeats", 1), dim = 0;
  if (!node.failed() && (count < 0 || count > (1 << 30)))
    return node.fail("repeats is out of range");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  if (node.has(2))
    dim = node.axis(node.integer("dim", 2), node.rank(x));
  else
    x = b.reshape(x, {graph::productOf(b.extentsOf(x), b.getContext())});
  if (node.failed() || !x)
    return {};
  Extents spread = b.extentsOf(x), joined = spread;
  spread.insert(spread.begin() + dim + 1, b.getAffineConstantExpr(count));
  joined[dim] = joined[dim] * count;
  return b.reshape(b.broadcastTo(b.unsqueeze(x, {dim + 1}), spread), joined);
}

} // namespace wasmind::mindir::ops
