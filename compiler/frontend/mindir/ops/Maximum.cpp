//===- Maximum.cpp - Maximum(x, y), broadcast ---------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Maximum(Node &node) { return binary(node, BinaryKind::Max); }

} // namespace wasmind::mindir::ops
