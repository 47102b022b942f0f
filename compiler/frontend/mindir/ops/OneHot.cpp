//===- OneHot.cpp - OneHot(indices, depth, on_value, off_value, axis) ---------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand OneHot(Node &node) {
  Value indices = node.tensor(0);
  int64_t depth = node.integer("depth", 1);
  auto [on, off] = promote(node, 2, 3);
  int64_t axis = node.axis(node.integer("axis", 4, -1), node.rank(indices), /*inclusive=*/true);
  if (!node.failed() && (depth < 0 || depth > (1 << 30)))
    return node.fail("a depth of " + llvm::Twine(depth) + " is out of range");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Integers line(node.rank(indices) + 1, 1);
  line[axis] = depth;
  Value classes =
      graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType(b.getContext(), line, node.element(indices)), axis);
  return b.select(b.compare(CompareKind::Equal, b.unsqueeze(indices, {axis}), classes), on, off);
}

} // namespace wasmind::mindir::ops
