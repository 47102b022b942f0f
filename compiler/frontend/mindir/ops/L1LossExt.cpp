//===- L1LossExt.cpp - L1LossExt(x, y, reduction): |x - y| ------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand L1LossExt(Node &node) {
  auto [x, y] = promote(node);
  const int64_t reduction = reductionKind(node, 2);
  return node.failed() ? Operand()
                       : reduceLoss(node, node.compose.unary(UnaryKind::Abs, node.compose.sub(x, y)), reduction);
}

} // namespace wasmind::mindir::ops
