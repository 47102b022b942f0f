//===- Arange.cpp - Arange(start, end, step, dtype): numbers known at compile time --------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Arange(Node &node) { return ops::Range(node); }

} // namespace wasmind::mindir::ops
