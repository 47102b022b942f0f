//===- Print.cpp - Print(...): nothing is printed ----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Print(Node &node) { return Operand::monad(); }

} // namespace wasmind::mindir::ops
