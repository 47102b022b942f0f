//===- LogSoftmax.cpp - LogSoftmax(x, axis) -----------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand LogSoftmax(Node &node) {
  Integers axes = node.integers("axis", 1, Integers{-1});
  return node.compose.logSoftmax(node.tensor(0), axes);
}

} // namespace wasmind::mindir::ops
