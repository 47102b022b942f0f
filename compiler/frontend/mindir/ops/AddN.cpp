//===- AddN.cpp - AddN(tuple): the sum of the tensors -------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand AddN(Node &node) {
  auto tensors = node.tensors();
  if (node.failed())
    return {};
  Value sum = tensors.front();
  for (Value tensor : llvm::drop_begin(tensors))
    sum = node.compose.add(sum, tensor);
  return sum;
}

} // namespace wasmind::mindir::ops
