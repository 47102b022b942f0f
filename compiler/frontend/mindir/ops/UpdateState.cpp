//===- UpdateState.cpp - UpdateState(monad, ...): orders side effects ---------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand UpdateState(Node &node) { return Operand::monad(); }

} // namespace wasmind::mindir::ops
