#include "compiler/frontend/onnx/Scattering.h"

WASMIND_ONNX_OPERATOR(Scatter) {
  auto kind = scatterKind(node);
  auto dim = node.axisAttribute("axis", 0, node.rank(node.input(0)));
  if (!kind || !dim)
    return Failure();
  return node.compose().scatterElements(*kind, node.input(0), node.input(1), node.input(2), *dim);
}
