//===- TExt.cpp - TExt(x): the transposed matrix ------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand TExt(Node &node) {
  Value x = node.tensor(0);
  if (!node.failed() && node.rank(x) > 2)
    return node.fail("input 0 has rank " + llvm::Twine(node.rank(x)) + ", at most 2 is needed");
  return node.failed() || node.rank(x) < 2 ? x : node.compose.transpose(x, {1, 0});
}

} // namespace wasmind::mindir::ops
