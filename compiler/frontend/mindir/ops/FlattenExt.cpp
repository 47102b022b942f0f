//===- FlattenExt.cpp - FlattenExt(x, start_dim, end_dim) ---------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand FlattenExt(Node &node) {
  Value x = node.tensor(0);
  int64_t rank = std::max<int64_t>(node.rank(x), 1);
  int64_t start = node.axis(node.integer("start_dim", 1, 0), rank),
          end = node.axis(node.integer("end_dim", 2, -1), rank);
  if (node.failed())
    return {};
  if (start > end)
    return node.fail("start_dim lies behind end_dim");
  if (node.rank(x) == 0)
    return node.compose.reshape(x, llvm::ArrayRef<int64_t>{1});
  Extents extents = node.compose.extentsOf(x);
  llvm::ArrayRef<AffineExpr> all(extents);
  Extents shape(all.take_front(start));
  shape.push_back(graph::productOf(all.slice(start, end - start + 1), node.compose.getContext()));
  llvm::append_range(shape, all.drop_front(end + 1));
  return node.compose.reshape(x, shape);
}

} // namespace wasmind::mindir::ops
