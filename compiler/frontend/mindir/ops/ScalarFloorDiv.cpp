//===- ScalarFloorDiv.cpp - ScalarFloorDiv(x, y): x / y, rounded down, of numbers --------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarFloorDiv(Node &node) { return scalarArithmetic(node, BinaryKind::FloorDiv); }

} // namespace wasmind::mindir::ops
