#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(BitwiseNot) { return unaryOperator(node, UnaryKind::Not); }
