//===- ZerosLikeExt.cpp - ZerosLikeExt(x, dtype) ------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand ZerosLikeExt(Node &node) { return fillLike(node, 0); }

} // namespace wasmind::mindir::ops
