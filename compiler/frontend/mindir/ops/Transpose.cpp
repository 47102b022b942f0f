//===- Transpose.cpp - Transpose(x, perm: tuple) ------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Transpose(Node &node) {
  Value x = node.tensor(0);
  Integers permutation = node.integers("perm", 1);
  Integers sorted = node.axes(permutation, node.rank(x));
  if (!node.failed() && static_cast<int64_t>(sorted.size()) != node.rank(x))
    return node.fail("perm has " + llvm::Twine(sorted.size()) + " entries for rank " + llvm::Twine(node.rank(x)));
  if (node.failed())
    return {};
  return node.compose.transpose(x, permutation);
}

} // namespace wasmind::mindir::ops
