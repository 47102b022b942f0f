//===- Einsum.cpp - Einsum(tensors), attribute equation: sums of products by labels of dimensions -----------------===//
#include "compiler/graph/Einsum.h"
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Einsum(Node &node) {
  const llvm::StringRef equation = node.text("equation", Node::none);
  const llvm::SmallVector<Value> inputs = node.tensors(0);
  if (node.failed())
    return {};
  return graph::einsum(node.compose, equation, inputs,
                       [&](const llvm::Twine &reason) { node.fail("equation '" + equation + "' " + reason); });
}

} // namespace wasmind::mindir::ops
