#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(ReduceMean) {
  auto reduction = reductionOf(node);
  if (!reduction)
    return Failure();
  return reduction->dims.empty() ? reduction->x
                                 : node.compose().mean(reduction->x, reduction->dims, reduction->keepDims);
}
