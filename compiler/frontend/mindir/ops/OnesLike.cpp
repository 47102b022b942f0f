//===- OnesLike.cpp - OnesLike(x) ---------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Fill.h"

namespace wasmind::mindir::ops {

Operand OnesLike(Node &node) { return fillLike(node, 1); }

} // namespace wasmind::mindir::ops
