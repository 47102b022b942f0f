#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Cast) {
  // Before opset 6 the type is named.
  auto element = node.opset() < 6 ? node.elementTypeNamed(node.string("to")) : node.elementType(node.integer("to"));
  if (!element)
    return Failure();
  return node.compose().cast(node.input(0), *element);
}
