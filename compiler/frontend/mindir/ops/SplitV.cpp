//===- SplitV.cpp -----------------------------------------------------------------------------------------------===//
//
// SplitV(x), attributes size_splits, split_dim, num_split: parts of these sizes, of which one may be -1
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand SplitV(Node &node) {
  Value x = node.tensor(0);
  const Integers sizes = node.integers("size_splits", Node::none);
  const int64_t axis = node.axis(node.integer("split_dim", Node::none), node.rank(x));
  if (node.failed())
    return {};
  AffineExpr rest = node.compose.extentsOf(x)[axis];
  for (int64_t size : sizes)
    if (size != -1)
      rest = rest - size;
  Extents extents;
  for (int64_t size : sizes)
    extents.push_back(size == -1 ? rest : node.compose.getAffineConstantExpr(size));
  if (llvm::count(sizes, -1) > 1)
    return node.fail("two sizes are -1");
  return split(node, x, axis, extents);
}

} // namespace wasmind::mindir::ops
