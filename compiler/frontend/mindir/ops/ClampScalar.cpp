//===- ClampScalar.cpp - ClampScalar(x, min, max): either may be None ---------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ClampScalar(Node &node) {
  Value x = node.tensor(0);
  bool hasLow = node.has(1), hasHigh = node.has(2);
  double low = hasLow ? node.number("", 1) : 0, high = hasHigh ? node.number("", 2) : 0;
  if (node.failed())
    return {};
  // Float bounds of an integer tensor give a float tensor.
  if (Type declared = node.declaredElement())
    x = node.compose.cast(x, declared);
  return node.compose.clip(x, hasLow ? node.compose.scalarLike(x, low) : Value(),
                           hasHigh ? node.compose.scalarLike(x, high) : Value());
}

} // namespace wasmind::mindir::ops
