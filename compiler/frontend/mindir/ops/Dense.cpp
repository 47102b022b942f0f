//===- Dense.cpp - Dense(x [..., I], weight [O, I], bias [O] or None) ---------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand Dense(Node &node) {
  Value x = node.tensor(0), weight = node.tensor(1), bias = node.optionalTensor(2);
  if (node.failed())
    return {};
  Value multiplied = product(node, x, weight, false, /*transposeB=*/node.rank(weight) > 1);
  return bias ? node.compose.add(multiplied, bias) : multiplied;
}

} // namespace wasmind::mindir::ops
