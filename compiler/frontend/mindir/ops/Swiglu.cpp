//===- Swiglu.cpp - Swiglu(x, dim): silu(first) * second of the halves along a dimension --------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Swiglu(Node &node) {
  auto [first, second] = halves(node, "dim");
  return node.compose.mul(node.compose.silu(first), second);
}

} // namespace wasmind::mindir::ops
