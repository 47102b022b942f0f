//===- Squeeze.cpp - Squeeze(x, axis: tuple): without axes, all dimensions of 1 -----------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Squeeze(Node &node) {
  Value x = node.tensor(0);
  Integers axes = node.axes(node.integers("axis", 1, Integers{}), node.rank(x));
  if (node.failed())
    return {};
  Extents extents = node.compose.extentsOf(x);
  for (int64_t axis : axes)
    if (!graph::isOne(extents[axis]))
      return node.fail("dimension " + llvm::Twine(axis) + " is not 1");
  if (axes.empty())
    for (auto [i, extent] : llvm::enumerate(extents))
      if (graph::isOne(extent))
        axes.push_back(i);
  return node.compose.squeeze(x, axes);
}

} // namespace wasmind::mindir::ops
