//===- ToDevice.cpp - ToDevice(x, device, dtype, ...): x as that type, if one is given ---------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ToDevice(Node &node) {
  Value x = node.tensor(0);
  Type type = node.dtype("dtype", 2);
  return node.failed() || !type ? x : node.compose.cast(x, type);
}

} // namespace wasmind::mindir::ops
