#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(BitwiseOr) { return binaryOperator(node, BinaryKind::Or); }
