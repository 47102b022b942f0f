//===- Print.cpp - Print(...): nothing is printed ----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Print(Node &node) {
  node.note("prints nothing: a module has nowhere to print to");
  return Operand::monad();
}

} // namespace wasmind::mindir::ops
