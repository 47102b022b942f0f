//===- Softmax.cpp - Softmax(x, axis: tuple) ----------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Softmax(Node &node) {
  Integers axes = node.integers("axis", 1, Integers{-1});
  return node.compose.softmax(node.tensor(0), axes);
}

} // namespace wasmind::mindir::ops
