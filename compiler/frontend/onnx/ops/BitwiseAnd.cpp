#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(BitwiseAnd) { return binaryOperator(node, BinaryKind::And); }
