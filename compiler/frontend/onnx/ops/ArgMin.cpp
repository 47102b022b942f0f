#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(ArgMin) { return argOperator(node, ReduceKind::Min); }
