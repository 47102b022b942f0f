//===- MatrixInverse.cpp - MatrixInverse(x [..., N, N]), attribute adjoint ----------------------------------------===//
#include "compiler/frontend/mindir/Matrices.h"

namespace wasmind::mindir::ops {

Operand MatrixInverse(Node &node) {
  Value x = squareMatrices(node, node.tensor(0));
  if (node.failed())
    return {};
  if (node.flag("adjoint", Node::none, false))
    x = transposed(node, x);
  return solve(node, x, identityLike(node, x)).x;
}

} // namespace wasmind::mindir::ops
