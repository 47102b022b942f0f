//===- MatrixInverse.cpp - MatrixInverse(x [..., N, N]), attribute adjoint ----------------------------------------===//
#include "compiler/frontend/mindir/Matrices.h"

namespace wasmind::mindir::ops {

Operand MatrixInverse(Node &node) {
  Value x = squareMatrices(node, node.tensor(0));
  if (node.failed())
    return {};
  if (node.flag("adjoint", Node::none, false)) {
    Integers order = llvm::to_vector(llvm::seq<int64_t>(0, node.rank(x)));
    std::swap(order[order.size() - 1], order[order.size() - 2]);
    x = node.compose.transpose(x, order);
  }
  return solve(node, x, identityLike(node, x)).x;
}

} // namespace wasmind::mindir::ops
