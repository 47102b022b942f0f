//===- Embedding.cpp - Embedding(indices, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq) -----------===//
#include "compiler/frontend/mindir/Shapes.h"
#include <cmath>

namespace wasmind::mindir::ops {

Operand Embedding(Node &node) {
  Value indices = toIndices(node, node.tensor(0)), table = node.tensor(1);
  expectIndices(node, indices, table, 0);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value rows = b.gather(table, indices, 0);
  if (!node.has(3))
    return rows;
  // MindSpore scales the rows of the table that are too long before it reads them, by max_norm / (|row| + 1e-7).
  const double most = node.number("max_norm", 3), order = node.number("norm_type", 4, 2.0);
  if (node.failed() || !node.isFloat(table) || node.rank(table) != 2 || order <= 0)
    return node.fail("max_norm takes a table of floats and a positive norm_type");
  Value norm = b.unary(UnaryKind::Abs, rows);
  if (std::isinf(order)) {
    norm = b.reduce(ReduceKind::Max, norm, {-1}, /*keepDims=*/true);
  } else {
    norm = b.reduce(ReduceKind::Sum, b.binary(BinaryKind::Pow, norm, b.scalarLike(norm, order)), {-1}, true);
    norm = b.binary(BinaryKind::Pow, norm, b.scalarLike(norm, 1 / order));
  }
  Value scale = b.div(b.scalarLike(norm, most), b.add(norm, b.scalarLike(norm, 1e-7)));
  Value isLong = b.compare(CompareKind::Greater, norm, b.scalarLike(norm, most));
  return b.mul(rows, b.select(isLong, scale, b.scalarLike(scale, 1)));
}

} // namespace wasmind::mindir::ops
