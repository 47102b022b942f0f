//===- LogSigmoid.cpp - LogSigmoid(x): log(sigmoid(x)), as -softplus(-x) ------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand LogSigmoid(Node &node) {
  Value x = node.tensor(0);
  return node.compose.unary(UnaryKind::Neg, node.compose.softplus(node.compose.unary(UnaryKind::Neg, x)));
}

} // namespace wasmind::mindir::ops
