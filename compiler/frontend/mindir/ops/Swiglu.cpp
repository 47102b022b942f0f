//===- Swiglu.cpp - Swiglu(x, dim): silu(first) * second of the halves along a dimension --------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Swiglu(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("dim", 1, -1), node.rank(x));
  int64_t extent = node.failed() ? 0 : node.staticExtent(x, axis, "input 0");
  if (!node.failed() && extent % 2 != 0)
    return node.fail("an extent of " + llvm::Twine(extent) + " has no halves");
  if (node.failed())
    return {};
  AffineExpr half = node.compose.getAffineConstantExpr(extent / 2);
  Value first = node.compose.sliceDim(x, axis, node.compose.getAffineConstantExpr(0), half);
  Value second = node.compose.sliceDim(x, axis, half, half);
  return node.compose.mul(node.compose.silu(first), second);
}

} // namespace wasmind::mindir::ops
