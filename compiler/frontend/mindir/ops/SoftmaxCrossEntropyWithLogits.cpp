//===- SoftmaxCrossEntropyWithLogits.cpp ------------------------------------------------------------------------===//
//
// SoftmaxCrossEntropyWithLogits(logits [N, C], labels [N, C]): the losses [N], and softmax(logits) - labels
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand SoftmaxCrossEntropyWithLogits(Node &node) {
  Value logits = node.tensor(0), labels = node.tensor(1);
  if (!node.expectRank(logits, 2, "logits") || !node.expectRank(labels, 2, "labels") || node.failed())
    return {};
  Compose &b = node.compose;
  Value products = b.mul(labels, b.logSoftmax(logits, {1}));
  Value losses = b.unary(UnaryKind::Neg, b.reduce(ReduceKind::Sum, products, {1}, /*keepDims=*/false));
  return Operand::tuple({losses, b.sub(b.softmax(logits, {1}), labels)});
}

} // namespace wasmind::mindir::ops
