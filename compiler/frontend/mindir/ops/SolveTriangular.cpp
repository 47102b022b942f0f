//===- SolveTriangular.cpp ----------------------------------------------------------------------------------------===//
//
// SolveTriangular(a [..., N, N], b [..., N] or [..., N, M], trans, lower, unit_diagonal): x of a x = b, of one
// triangle of a
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Matrices.h"

namespace wasmind::mindir::ops {

// trans 1 and 2 are the transpose.
Operand SolveTriangular(Node &node) {
  const int64_t trans = node.integer("trans", 2, 0);
  const bool isLower = node.flag("lower", 3, false), isUnit = node.flag("unit_diagonal", 4, false);
  return solveTriangular(node, node.tensor(0), node.tensor(1), isLower, trans != 0, isUnit);
}

} // namespace wasmind::mindir::ops
