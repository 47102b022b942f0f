#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(HardSigmoid) {
  return node.compose().hardSigmoid(node.input(0), node.real("alpha", 0.2f), node.real("beta", 0.5));
}
