//===- Ones.cpp - Ones(shape: tuple, dtype) -----------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand Ones(Node &node) { return fill(node, 1); }

} // namespace wasmind::mindir::ops
