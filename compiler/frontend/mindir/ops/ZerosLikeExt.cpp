//===- ZerosLikeExt.cpp - ZerosLikeExt(x, dtype) ------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ZerosLikeExt(Node &node) {
  Value x = node.tensor(0);
  Type type = node.dtype("dtype", 1);
  return node.failed() ? Value() : node.compose.splat(node.compose.extentsOf(x), type ? type : node.element(x), 0);
}

} // namespace wasmind::mindir::ops
