//===- Dense.cpp - Dense(x [..., I], weight [O, I], bias [O] or None) ---------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Dense(Node &node) {
  Value x = node.tensor(0), weight = node.tensor(1), bias = node.optionalTensor(2);
  if (node.failed())
    return {};
  Value product = node.compose.matmul(x, weight, false, /*transposeB=*/node.rank(weight) > 1);
  return bias ? node.compose.add(product, bias) : product;
}

} // namespace wasmind::mindir::ops
