//===- Conj.cpp - Conj(x): x, as tensors here are real ----------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Conj(Node &node) { return node.tensor(0); }

} // namespace wasmind::mindir::ops
