//===- MatrixDeterminant.cpp - MatrixDeterminant(x [..., N, N]) ---------------------------------------------------===//
#include "compiler/frontend/mindir/Matrices.h"

namespace wasmind::mindir::ops {

Operand MatrixDeterminant(Node &node) {
  Value x = squareMatrices(node, node.tensor(0));
  return node.failed() ? Value() : solve(node, x, identityLike(node, x)).determinant;
}

} // namespace wasmind::mindir::ops
