#include "compiler/graph/Einsum.h"
#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Einsum) {
  const std::string equation = node.string("equation");
  return graph::einsum(node.compose(), equation, node.inputs(), [&](const llvm::Twine &reason) {
    node.fail("attribute 'equation' = '" + equation + "' " + reason);
  });
}
