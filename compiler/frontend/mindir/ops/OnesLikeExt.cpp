//===- OnesLikeExt.cpp - OnesLikeExt(x, dtype) --------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand OnesLikeExt(Node &node) {
  Value x = node.tensor(0);
  Type type = node.dtype("dtype", 1);
  return node.failed() ? Value() : node.compose.splat(node.compose.extentsOf(x), type ? type : node.element(x), 1);
}

} // namespace wasmind::mindir::ops
