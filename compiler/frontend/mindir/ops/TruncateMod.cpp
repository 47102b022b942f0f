//===- TruncateMod.cpp - TruncateMod(x, y), broadcast -------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand TruncateMod(Node &node) { return binary(node, BinaryKind::Rem); }

} // namespace wasmind::mindir::ops
