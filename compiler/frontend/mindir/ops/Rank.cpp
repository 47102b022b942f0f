//===- Rank.cpp - Rank(x): an integer -----------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Rank(Node &node) {
  Value x = node.tensor(0);
  return node.failed() ? Operand() : Operand::integer(node.rank(x));
}

} // namespace wasmind::mindir::ops
