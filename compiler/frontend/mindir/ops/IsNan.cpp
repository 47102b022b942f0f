//===- IsNan.cpp - IsNan(x): bool ---------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand IsNan(Node &node) {
  Value x = node.tensor(0);
  if (node.failed() || node.isFloat(x))
    return unary(node, UnaryKind::IsNaN);
  return node.compose.compare(CompareKind::NotEqual, x, x); // integers are numbers
}

} // namespace wasmind::mindir::ops
