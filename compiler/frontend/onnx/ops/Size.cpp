#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Size) {
  Compose &compose = node.compose();
  return compose.extent(graph::productOf(compose.extentsOf(node.input(0)), compose.getContext()));
}
