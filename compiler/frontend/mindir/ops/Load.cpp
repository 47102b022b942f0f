//===- Load.cpp - Load: the value of a parameter; parameters do not change in inference ---------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Load(Node &node) { return node.input(0); }

} // namespace wasmind::mindir::ops
