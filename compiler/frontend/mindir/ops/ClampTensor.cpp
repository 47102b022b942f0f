//===- ClampTensor.cpp - ClampTensor(x, min, max): either may be None ---------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ClampTensor(Node &node) {
  Value x = node.tensor(0), low = node.optionalTensor(1), high = node.optionalTensor(2);
  if (node.failed())
    return {};
  Type type = node.declaredElement() ? node.declaredElement() : node.element(x);
  return node.compose.clip(node.compose.cast(x, type), node.compose.cast(low, type), node.compose.cast(high, type));
}

} // namespace wasmind::mindir::ops
