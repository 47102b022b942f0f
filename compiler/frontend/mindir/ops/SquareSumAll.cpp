//===- SquareSumAll.cpp - SquareSumAll(x, y): the sums of squares of both ----------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand SquareSumAll(Node &node) {
  Value x = node.tensor(0), y = node.tensor(1);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  return Operand::tuple({reduceLoss(node, b.mul(x, x), /*reduction=*/0), reduceLoss(node, b.mul(y, y), 0)});
}

} // namespace wasmind::mindir::ops
