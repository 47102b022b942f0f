#include "compiler/frontend/onnx/Axes.h"

WASMIND_ONNX_OPERATOR(Unsqueeze) {
  Value x = node.input(0);
  auto axes = axesOf(node, 1, "axes", node.rank(x), /*addsAxes=*/true);
  return axes ? addAxes(node, x, *axes) : Value();
}
