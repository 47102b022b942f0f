//===- TensorMove.cpp - TensorMove: x -----------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand TensorMove(Node &node) { return node.input(0); }

} // namespace wasmind::mindir::ops
