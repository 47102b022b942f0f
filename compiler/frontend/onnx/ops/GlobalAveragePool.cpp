#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(GlobalAveragePool) { return node.compose().globalAveragePool(node.input(0)); }
