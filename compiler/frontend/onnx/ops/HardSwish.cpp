#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(HardSwish) { return node.compose().hardSwish(node.input(0)); }
