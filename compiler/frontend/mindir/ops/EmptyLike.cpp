//===- EmptyLike.cpp - EmptyLike(x, dtype): any elements, which are zeros ----------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand EmptyLike(Node &node) { return ops::ZerosLike(node); }

} // namespace wasmind::mindir::ops
