//===- MatrixSolve.cpp - MatrixSolve(a [..., N, N], b [..., N, M]), attribute adjoint: x of a x = b ---------------===//
#include "compiler/frontend/mindir/Matrices.h"

namespace wasmind::mindir::ops {

Operand MatrixSolve(Node &node) {
  Value a = squareMatrices(node, node.tensor(0)), given = node.tensor(1);
  if (node.failed() || node.rank(a) != node.rank(given) || node.element(a) != node.element(given))
    return node.fail("takes matrices of one rank and type");
  Compose &b = node.compose;
  const int64_t rank = node.rank(a);
  for (int64_t dim = 0; dim + 1 < rank; ++dim)
    node.expectEqual(b.extentsOf(a)[dim], b.extentsOf(given)[dim], "the right side has other extents");
  if (node.failed())
    return {};
  if (node.flag("adjoint", Node::none, false))
    a = transposed(node, a);
  return solve(node, a, given).x;
}

} // namespace wasmind::mindir::ops
