//===- Mm.cpp - Mm(a, b): numpy.matmul ----------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Mm(Node &node) {
  Value a = node.tensor(0), b = node.tensor(1);
  return node.compose.matmul(a, b);
}

} // namespace wasmind::mindir::ops
