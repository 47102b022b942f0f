//===- FloorDivScalar.cpp - FloorDivScalar(x, y), broadcast -------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand FloorDivScalar(Node &node) { return binary(node, BinaryKind::FloorDiv); }

} // namespace wasmind::mindir::ops
