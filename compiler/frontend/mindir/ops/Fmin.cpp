//===- Fmin.cpp - Fmin(x, y): the smaller one; beside NaN, the other --------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Fmin(Node &node) { return extremeNumber(node, BinaryKind::Min); }

} // namespace wasmind::mindir::ops
