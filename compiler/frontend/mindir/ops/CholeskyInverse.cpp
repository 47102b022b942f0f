//===- CholeskyInverse.cpp ----------------------------------------------------------------------------------------===//
//
// CholeskyInverse(l [N, N]), attribute upper: the inverse of l l^T, or of l^T l
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Matrices.h"

namespace wasmind::mindir::ops {

Operand CholeskyInverse(Node &node) {
  const bool isUpper = node.flag("upper", Node::none, false);
  Value factor = squareMatrices(node, node.tensor(0));
  if (node.failed())
    return {};
  Value one = identityLike(node, factor);
  Value first = solveTriangular(node, factor, one, !isUpper, isUpper, /*isUnit=*/false);
  return first ? solveTriangular(node, factor, first, !isUpper, !isUpper, /*isUnit=*/false) : Value();
}

} // namespace wasmind::mindir::ops
