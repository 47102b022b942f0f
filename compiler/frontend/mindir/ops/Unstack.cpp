//===- Unstack.cpp - Unstack(x, axis): the slices along one dimension ---------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Unstack(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("axis", 1, 0), node.rank(x));
  int64_t extent = node.failed() ? 0 : node.staticExtent(x, axis, "input 0");
  if (node.failed())
    return {};
  Operand parts = splitBySize(node, x, axis, extent, 1);
  return mapLeaves(parts, [&](const Operand &part) { return Operand(node.compose.squeeze(part.tensor, {axis})); });
}

} // namespace wasmind::mindir::ops
