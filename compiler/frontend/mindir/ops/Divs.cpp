//===- Divs.cpp - Divs(x, y), broadcast ---------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Divs(Node &node) { return binary(node, BinaryKind::Div); }

} // namespace wasmind::mindir::ops
