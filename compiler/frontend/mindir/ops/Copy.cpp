//===- Copy.cpp - Copy: x -----------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Copy(Node &node) { return node.input(0); }

} // namespace wasmind::mindir::ops
