//===- Zeros.cpp - Zeros(shape: tuple, dtype) ---------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand Zeros(Node &node) { return fill(node, 0); }

} // namespace wasmind::mindir::ops
