#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Min) { return variadicOperator(node, BinaryKind::Min); }
