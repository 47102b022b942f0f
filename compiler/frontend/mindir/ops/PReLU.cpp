//===- PReLU.cpp - PReLU(x, weight [C] or [1]): x, and weight * x below 0 -----------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand PReLU(Node &node) {
  Value x = node.tensor(0), weight = node.tensor(1);
  if (!node.expectRank(weight, 1, "weight"))
    return {};
  Extents line(node.rank(x), node.compose.getAffineConstantExpr(1));
  if (line.size() > 1)
    line[1] = node.compose.extentsOf(weight)[0];
  else if (!line.empty())
    line[0] = node.compose.extentsOf(weight)[0];
  Value isNegative = node.compose.compare(CompareKind::Less, x, node.compose.scalarLike(x, 0));
  return node.compose.select(isNegative, node.compose.mul(x, node.compose.reshape(weight, line)), x);
}

} // namespace wasmind::mindir::ops
