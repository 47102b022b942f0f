#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(BitwiseXor) { return binaryOperator(node, BinaryKind::Xor); }
