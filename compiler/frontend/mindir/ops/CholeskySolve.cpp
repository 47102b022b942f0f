//===- CholeskySolve.cpp ------------------------------------------------------------------------------------------===//
//
// CholeskySolve(b [..., N, M], l [..., N, N]), attribute upper: x of l l^T x = b, or of l^T l x = b
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Matrices.h"

namespace wasmind::mindir::ops {

Operand CholeskySolve(Node &node) {
  const bool isUpper = node.flag("upper", Node::none, false);
  Value given = node.tensor(0), factor = node.tensor(1);
  Value first = node.failed() ? Value() : solveTriangular(node, factor, given, !isUpper, isUpper, /*isUnit=*/false);
  return first ? solveTriangular(node, factor, first, !isUpper, !isUpper, /*isUnit=*/false) : Value();
}

} // namespace wasmind::mindir::ops
