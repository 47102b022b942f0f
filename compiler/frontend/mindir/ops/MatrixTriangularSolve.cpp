//===- MatrixTriangularSolve.cpp ----------------------------------------------------------------------------------===//
//
// MatrixTriangularSolve(a [..., N, N], b [..., N, M]), attributes lower, adjoint: x of a x = b, of one triangle of a
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Matrices.h"

namespace wasmind::mindir::ops {

Operand MatrixTriangularSolve(Node &node) {
  const bool isLower = node.flag("lower", Node::none, true), isAdjoint = node.flag("adjoint", Node::none, false);
  return solveTriangular(node, node.tensor(0), node.tensor(1), isLower, isAdjoint, /*isUnit=*/false);
}

} // namespace wasmind::mindir::ops
