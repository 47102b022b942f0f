//===- ScalarMod.cpp - ScalarMod(x, y): x - y floor(x / y), of numbers -------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarMod(Node &node) { return scalarArithmetic(node, BinaryKind::FloorMod); }

} // namespace wasmind::mindir::ops
