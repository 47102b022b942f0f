//===- Cross.cpp - Cross(a, b, dim): the vector product along a dimension of 3 elements --------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

// Without a dimension (-65530) the first one of 3 elements.
Operand Cross(Node &node) {
  auto [x, y] = promote(node);
  int64_t dim = node.integer("dim", 2, -65530);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value shape = b.add(b.mul(x, b.scalarLike(x, 0)), b.mul(y, b.scalarLike(y, 0))); // of both
  if (!shape)
    return Value();
  x = b.broadcastTo(x, b.extentsOf(shape));
  y = b.broadcastTo(y, b.extentsOf(shape));
  if (dim == -65530) {
    const Extents extents = b.extentsOf(x);
    dim = llvm::find_if(extents, [](AffineExpr extent) { return graph::constantOf(extent) == 3; }) - extents.begin();
  }
  dim = node.axis(dim, node.rank(x));
  if (node.failed() || node.staticExtent(x, dim, "input 0") != 3 || node.staticExtent(y, dim, "input 1") != 3)
    return node.fail("a vector product is along a dimension of 3 elements");
  auto part = [&](Value from, int64_t i) {
    return b.sliceDim(from, dim, b.getAffineConstantExpr(i % 3), b.getAffineConstantExpr(1));
  };
  llvm::SmallVector<Value> parts;
  for (int64_t i = 0; i < 3; ++i)
    parts.push_back(b.sub(b.mul(part(x, i + 1), part(y, i + 2)), b.mul(part(x, i + 2), part(y, i + 1))));
  return b.concat(parts, dim);
}

} // namespace wasmind::mindir::ops
