#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Softplus) { return node.compose().softplus(node.input(0)); }
