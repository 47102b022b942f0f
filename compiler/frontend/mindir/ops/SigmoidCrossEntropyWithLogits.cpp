//===- SigmoidCrossEntropyWithLogits.cpp ------------------------------------------------------------------------===//
//
// SigmoidCrossEntropyWithLogits(x, labels): x - x * labels + log(1 + exp(-x))
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand SigmoidCrossEntropyWithLogits(Node &node) {
  Value x = node.tensor(0), labels = node.tensor(1);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  labels = b.cast(labels, node.element(x));
  return b.add(b.sub(x, b.mul(x, labels)), b.softplus(b.unary(UnaryKind::Neg, x)));
}

} // namespace wasmind::mindir::ops
