//===- Minimum.cpp - Minimum(x, y), broadcast ---------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Minimum(Node &node) { return binary(node, BinaryKind::Min); }

} // namespace wasmind::mindir::ops
