//===- Fmax.cpp - Fmax(x, y): the larger one; beside NaN, the other ---------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Fmax(Node &node) { return extremeNumber(node, BinaryKind::Max); }

} // namespace wasmind::mindir::ops
