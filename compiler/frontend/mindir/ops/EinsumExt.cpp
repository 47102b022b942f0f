//===- EinsumExt.cpp - EinsumExt(equation, tensors): sums of products by labels of dimensions ---------------------===//
#include "compiler/frontend/mindir/Operator.h"
#include "compiler/graph/Einsum.h"

namespace wasmind::mindir::ops {

Operand EinsumExt(Node &node) {
  const llvm::StringRef equation = node.text("equation", 0);
  const llvm::SmallVector<Value> inputs = node.tensors(1);
  if (node.failed())
    return {};
  return graph::einsum(node.compose, equation, inputs,
                       [&](const llvm::Twine &reason) { node.fail("equation '" + equation + "' " + reason); });
}

} // namespace wasmind::mindir::ops
