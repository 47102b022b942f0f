#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Sum) { return variadicOperator(node, BinaryKind::Add); }
