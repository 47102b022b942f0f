#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Gelu) {
  const std::string approximate = node.string("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    return node.fail("attribute 'approximate' = '" + approximate + "' is neither none nor tanh");
  return approximate == "tanh" ? node.compose().geluTanh(node.input(0)) : node.compose().gelu(node.input(0));
}
