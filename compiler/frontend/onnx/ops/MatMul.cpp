#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(MatMul) { return node.compose().matmul(node.input(0), node.input(1)); }
