//===- ParallelConcat.cpp - ParallelConcat(tuple): Concat along the first dimension ------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ParallelConcat(Node &node) {
  auto tensors = node.tensors();
  return node.failed() ? Value() : node.compose.concat(tensors, 0);
}

} // namespace wasmind::mindir::ops
