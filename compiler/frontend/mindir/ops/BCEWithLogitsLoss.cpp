//===- BCEWithLogitsLoss.cpp -------------------------------------------------------------------------------------===//
//
// BCEWithLogitsLoss(logits, labels, weight, pos_weight, reduction): cross entropy of sigmoids
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

// labels * -log(sigmoid(x)) * pos_weight + (1 - labels) * -log(1 - sigmoid(x)), times weight, as
// (1 - labels) x + (1 + (pos_weight - 1) labels) log(1 + exp(-x)).
Operand BCEWithLogitsLoss(Node &node) {
  Value x = node.tensor(0), labels = node.tensor(1), weight = node.optionalTensor(2), positive = node.optionalTensor(3);
  const int64_t reduction = reductionKind(node, 4);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  const Type type = node.element(x);
  labels = b.cast(labels, type);
  Value one = b.scalarLike(x, 1), loss = b.softplus(b.unary(UnaryKind::Neg, x));
  if (positive)
    loss = b.mul(loss, b.add(one, b.mul(b.sub(b.cast(positive, type), one), labels)));
  loss = b.add(b.mul(b.sub(one, labels), x), loss);
  if (weight)
    loss = b.mul(loss, b.cast(weight, type));
  return reduceLoss(node, loss, reduction);
}

} // namespace wasmind::mindir::ops
