//===- Clone.cpp - Clone: x ---------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Clone(Node &node) { return node.input(0); }

} // namespace wasmind::mindir::ops
