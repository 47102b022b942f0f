//===- ConstantPadND.cpp - ConstantPadND(x, padding: from the last dimension on, value) ---------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ConstantPadND(Node &node) { return padFromLast(node, "constant"); }

} // namespace wasmind::mindir::ops
