//===- Addcdiv.cpp - Addcdiv(x, a, b, value): x + value * (a / b) -----------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Addcdiv(Node &node) { return addCombined(node, BinaryKind::Div); }

} // namespace wasmind::mindir::ops
