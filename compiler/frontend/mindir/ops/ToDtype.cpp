//===- ToDtype.cpp - ToDtype(x, dtype, ...): x as that type, if one is given -------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ToDtype(Node &node) {
  Value x = node.tensor(0);
  Type type = node.dtype("dtype", 1);
  return node.failed() || !type ? x : node.compose.cast(x, type);
}

} // namespace wasmind::mindir::ops
