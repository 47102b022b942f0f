//===- TensorToScalar.cpp - TensorToScalar(x): the one element as a number ---------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand TensorToScalar(Node &node) {
  Value x = node.tensor(0);
  return x ? node.compose.reshape(x, llvm::ArrayRef<int64_t>()) : Value();
}

} // namespace wasmind::mindir::ops
