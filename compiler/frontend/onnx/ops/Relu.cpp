#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Relu) { return node.compose().relu(node.input(0)); }
