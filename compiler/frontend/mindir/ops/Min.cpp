//===- Min.cpp - Min(x): of all elements --------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Min(Node &node) {
  Value x = node.tensor(0);
  return node.compose.reduce(ReduceKind::Min, x, llvm::to_vector(llvm::seq<int64_t>(0, node.rank(x))), false);
}

} // namespace wasmind::mindir::ops
