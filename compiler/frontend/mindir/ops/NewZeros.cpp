//===- NewZeros.cpp - NewZeros(x, shape: tuple, dtype) ------------------------------------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand NewZeros(Node &node) { return fillNew(node, 0); }

} // namespace wasmind::mindir::ops
