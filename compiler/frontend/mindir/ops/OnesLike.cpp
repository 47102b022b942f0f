//===- OnesLike.cpp - OnesLike(x) ---------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand OnesLike(Node &node) {
  Value x = node.tensor(0);
  Type type = Type();
  return node.failed() ? Value() : node.compose.splat(node.compose.extentsOf(x), type ? type : node.element(x), 1);
}

} // namespace wasmind::mindir::ops
