//===- SoftMarginLoss.cpp - SoftMarginLoss(x, labels of -1 and 1, reduction): log(1 + exp(-labels * x)) ---------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand SoftMarginLoss(Node &node) {
  Value x = node.tensor(0), labels = node.tensor(1);
  const int64_t reduction = reductionKind(node, 2);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value margin = b.mul(x, b.cast(labels, node.element(x)));
  return reduceLoss(node, b.softplus(b.unary(UnaryKind::Neg, margin)), reduction);
}

} // namespace wasmind::mindir::ops
