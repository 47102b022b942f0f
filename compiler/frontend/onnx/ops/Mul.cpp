#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Mul) { return binaryOperator(node, BinaryKind::Mul); }
