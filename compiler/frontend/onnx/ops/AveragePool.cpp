#include "compiler/frontend/onnx/Windows.h"

WASMIND_ONNX_OPERATOR(AveragePool) {
  Value x = node.input(0);
  auto pool = poolOf(node, x);
  if (!pool)
    return Failure();
  return node.compose().averagePool(x, pool->kernel, pool->window, node.flag("count_include_pad"), pool->roundsUp);
}
