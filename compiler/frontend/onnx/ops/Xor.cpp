#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Xor) { return binaryOperator(node, BinaryKind::Xor); }
