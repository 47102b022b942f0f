#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Or) { return binaryOperator(node, BinaryKind::Or); }
