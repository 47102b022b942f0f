#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(GatherND) {
  return node.compose().gatherNd(node.input(0), node.input(1), node.integer("batch_dims", 0));
}
