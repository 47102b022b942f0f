//===- Addmv.cpp - Addmv(x, matrix [n, m], vector [m], beta, alpha): beta x + alpha matrix vector ---------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Addmv(Node &node) {
  if (!node.expectRank(node.tensor(1), 2, "input 1") || !node.expectRank(node.tensor(2), 1, "input 2"))
    return {};
  return Addmm(node);
}

} // namespace wasmind::mindir::ops
