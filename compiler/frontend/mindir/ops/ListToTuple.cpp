//===- ListToTuple.cpp - ListToTuple(sequence): the sequence -----------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ListToTuple(Node &node) { return node.input(0); }

} // namespace wasmind::mindir::ops
