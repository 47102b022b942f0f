#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Where) { return node.compose().select(node.input(0), node.input(1), node.input(2)); }
