//===- LogMatrixDeterminant.cpp -----------------------------------------------------------------------------------===//
//
// LogMatrixDeterminant(x [..., N, N]): the sign of the determinant, and the logarithm of its size
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Matrices.h"

namespace wasmind::mindir::ops {

Operand LogMatrixDeterminant(Node &node) {
  Value x = squareMatrices(node, node.tensor(0));
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value determinant = solve(node, x, identityLike(node, x)).determinant;
  return Operand::tuple(
      {b.unary(UnaryKind::Sign, determinant), b.unary(UnaryKind::Log, b.unary(UnaryKind::Abs, determinant))});
}

} // namespace wasmind::mindir::ops
