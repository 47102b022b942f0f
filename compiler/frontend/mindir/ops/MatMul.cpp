//===- MatMul.cpp - MatMul(a, b, transpose_a, transpose_b) --------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand MatMul(Node &node) {
  Value a = node.tensor(0), b = node.tensor(1);
  bool transposeA = node.flag("transpose_a", 2, false), transposeB = node.flag("transpose_b", 3, false);
  if (node.failed())
    return {};
  return product(node, a, b, transposeA, transposeB);
}

} // namespace wasmind::mindir::ops
