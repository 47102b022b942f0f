//===- MSELossExt.cpp - MSELossExt(x, y, reduction): (x - y)^2 --------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand MSELossExt(Node &node) {
  auto [x, y] = promote(node);
  const int64_t reduction = reductionKind(node, 2);
  Value difference = node.failed() ? Value() : node.compose.sub(x, y);
  return reduceLoss(node, node.compose.mul(difference, difference), reduction);
}

} // namespace wasmind::mindir::ops
