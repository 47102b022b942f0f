#include "compiler/frontend/onnx/Windows.h"

WASMIND_ONNX_OPERATOR(MaxPool) {
  if (node.hasOutput(1))
    return node.fail("the output 'Indices' is not supported");
  auto pool = poolOf(node, node.input(0));
  if (!pool)
    return Failure();
  return node.compose().maxPool(node.input(0), pool->kernel, roundedWindow(node, node.input(0), *pool));
}
