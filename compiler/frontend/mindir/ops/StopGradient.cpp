//===- StopGradient.cpp - StopGradient: x -------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand StopGradient(Node &node) { return node.input(0); }

} // namespace wasmind::mindir::ops
