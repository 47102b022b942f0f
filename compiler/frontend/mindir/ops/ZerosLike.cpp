//===- ZerosLike.cpp - ZerosLike(x) -------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand ZerosLike(Node &node) { return fillLike(node, 0); }

} // namespace wasmind::mindir::ops
