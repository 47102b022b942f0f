//===- Div.cpp - Div(x, y), broadcast -----------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Div(Node &node) { return binary(node, BinaryKind::Div); }

} // namespace wasmind::mindir::ops
