//===- OnesLikeExt.cpp - OnesLikeExt(x, dtype) --------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand OnesLikeExt(Node &node) { return fillLike(node, 1); }

} // namespace wasmind::mindir::ops
