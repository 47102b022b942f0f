//===- Identity.cpp - Identity: x ---------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Identity(Node &node) { return node.input(0); }

} // namespace wasmind::mindir::ops
