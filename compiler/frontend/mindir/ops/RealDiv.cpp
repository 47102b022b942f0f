//===- RealDiv.cpp - RealDiv(x, y), broadcast ---------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand RealDiv(Node &node) { return binary(node, BinaryKind::Div); }

} // namespace wasmind::mindir::ops
