//===- Size.cpp - Size(x): how many elements there are, as a number ----------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Size(Node &node) {
  Value x = node.tensor(0);
  return x ? Operand::extent(graph::productOf(node.compose.extentsOf(x), node.compose.getContext())) : Operand();
}

} // namespace wasmind::mindir::ops
