//===- ConstantPadND.cpp - ConstantPadND(x, padding: from the last dimension on, value) ---------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ConstantPadND(Node &node) {
  return padFromLast(node, "constant",
                     node.has(2) ? node.compose.cast(node.tensor(2), node.element(node.tensor(0))) : Value());
}

} // namespace wasmind::mindir::ops
