//===- Add.cpp - Add(x, y), broadcast -----------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Add(Node &node) { return binary(node, BinaryKind::Add); }

} // namespace wasmind::mindir::ops
