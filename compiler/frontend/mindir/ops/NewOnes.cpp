//===- NewOnes.cpp - NewOnes(x, shape: tuple, dtype) --------------------------------------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand NewOnes(Node &node) { return fillNew(node, 1); }

} // namespace wasmind::mindir::ops
