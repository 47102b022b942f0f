#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Cast) {
  auto element = node.elementType(node.integer("to"));
  if (!element)
    return Failure();
  return node.compose().cast(node.input(0), *element);
}
