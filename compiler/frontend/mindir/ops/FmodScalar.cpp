//===- FmodScalar.cpp - FmodScalar(x, y), broadcast ---------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand FmodScalar(Node &node) { return binary(node, BinaryKind::Rem); }

} // namespace wasmind::mindir::ops
