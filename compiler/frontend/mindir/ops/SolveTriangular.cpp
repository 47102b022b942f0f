//===- SolveTriangular.cpp
//-----------------------------------------------------------------------------------------===//
//
// SolveTriangular(a [..., N, N], b [..., N] or [..., N, M], trans, lower, unit_diagonal): x of a x = b, of one
// triangle of a
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Matrices.h"
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

// trans 1 and 2 are the transpose.
Operand SolveTriangular(Node &node) {
  Value a = squareMatrices(node, node.tensor(0)), given = node.tensor(1);
  const int64_t trans = node.integer("trans", 2, 0);
  const bool isLower = node.flag("lower", 3, false), isUnit = node.flag("unit_diagonal", 4, false);
  if (node.failed() || !node.isFloat(given))
    return node.fail("takes floats");
  Compose &b = node.compose;
  const int64_t rank = node.rank(a);
  const bool isVector = node.rank(given) == rank - 1;
  if (isVector)
    given = b.unsqueeze(given, {rank - 1});
  if (node.rank(given) != rank)
    return node.fail("the right side is neither a vector nor a matrix for each matrix");
  for (int64_t dim = 0; dim + 1 < rank; ++dim)
    node.expectEqual(b.extentsOf(a)[dim], b.extentsOf(given)[dim], "the right side has other extents");
  if (node.failed())
    return {};
  given = b.cast(given, node.element(a));
  a = triangle(node, a, 0, /*upper=*/!isLower);
  if (isUnit) {
    Value one = identityLike(node, a);
    a = b.select(b.compare(CompareKind::Equal, one, b.scalarLike(one, 1)), one, a);
  }
  if (trans != 0) {
    Integers order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    std::swap(order[rank - 1], order[rank - 2]);
    a = b.transpose(a, order);
  }
  Value x = node.failed() ? Value() : solve(node, a, given).x;
  return x && isVector ? b.squeeze(x, {rank - 1}) : x;
}

} // namespace wasmind::mindir::ops
