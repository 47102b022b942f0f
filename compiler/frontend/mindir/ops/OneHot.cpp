//===- OneHot.cpp - OneHot(indices, depth, on_value, off_value, axis) ---------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand OneHot(Node &node) {
  Value indices = node.tensor(0);
  Value depth = node.amount("depth", 1);
  auto [on, off] = promote(node, 2, 3);
  int64_t axis = node.axis(node.integer("axis", 4, -1), node.rank(indices), /*inclusive=*/true);
  const AffineExpr classCount = node.extentOf(depth, axis);
  node.require(classCount, "a depth of '" + node.text(classCount) + "'");
  if (auto constant = graph::constantOf(classCount); constant && *constant > (1 << 30))
    return node.fail("a depth of " + llvm::Twine(*constant) + " is out of range");
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Extents line(node.rank(indices) + 1, b.getAffineConstantExpr(1));
  line[axis] = classCount;
  Value classes = graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType(line, node.element(indices)), axis);
  return b.select(b.compare(CompareKind::Equal, b.unsqueeze(indices, {axis}), classes), on, off);
}

} // namespace wasmind::mindir::ops
