//===- LogSoftmaxExt.cpp - LogSoftmaxExt(x, dim, dtype) -----------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand LogSoftmaxExt(Node &node) {
  Value x = node.tensor(0);
  if (Type type = node.dtype("dtype", 2))
    x = node.compose.cast(x, type);
  Integers axes = node.integers("dim", 1, Integers{-1});
  return node.compose.logSoftmax(x, axes);
}

} // namespace wasmind::mindir::ops
