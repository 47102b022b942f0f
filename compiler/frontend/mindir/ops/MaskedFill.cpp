//===- MaskedFill.cpp - MaskedFill(x, mask, value): value where the mask is set -----------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand MaskedFill(Node &node) {
  Value x = node.tensor(0), value = node.tensor(2);
  Value mask = node.compose.cast(node.tensor(1), node.compose.getI1Type());
  if (node.failed())
    return {};
  return node.compose.select(mask, node.compose.cast(value, node.element(x)), x);
}

} // namespace wasmind::mindir::ops
