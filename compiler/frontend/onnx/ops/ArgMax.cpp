#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(ArgMax) { return argOperator(node, ReduceKind::Max); }
