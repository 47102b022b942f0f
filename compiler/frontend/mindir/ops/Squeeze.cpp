//===- Squeeze.cpp - Squeeze(x, axis: tuple): without axes, all dimensions of 1 -----------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Squeeze(Node &node) {
  Value x = node.tensor(0);
  Integers axes = node.axes(node.integers("axis", 1, Integers{}), node.rank(x));
  if (node.failed())
    return {};
  Extents extents = node.compose.extentsOf(x);
  if (axes.empty())
    axes = llvm::to_vector(llvm::seq<int64_t>(0, extents.size()));
  // Dimensions that are not 1 stay.
  llvm::erase_if(axes, [&](int64_t axis) { return !graph::isOne(extents[axis]); });
  return node.compose.squeeze(x, axes);
}

} // namespace wasmind::mindir::ops
