#include "compiler/frontend/onnx/Scattering.h"

WASMIND_ONNX_OPERATOR(ScatterND) {
  auto kind = scatterKind(node);
  if (!kind)
    return Failure();
  return node.compose().scatterNd(*kind, node.input(0), node.input(1), node.input(2));
}
