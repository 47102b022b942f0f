//===- Hardtanh.cpp - Hardtanh(x, min, max): clamped --------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Hardtanh(Node &node) {
  double low = node.number("min_val", 1, -1), high = node.number("max_val", 2, 1);
  return node.compose.clip(node.tensor(0), low, high);
}

} // namespace wasmind::mindir::ops
