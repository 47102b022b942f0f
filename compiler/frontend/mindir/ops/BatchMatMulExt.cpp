//===- BatchMatMulExt.cpp - BatchMatMulExt(a, b): numpy.matmul ----------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand BatchMatMulExt(Node &node) {
  Value a = node.tensor(0), b = node.tensor(1);
  return product(node, a, b);
}

} // namespace wasmind::mindir::ops
