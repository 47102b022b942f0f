#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(IsNaN) { return unaryOperator(node, UnaryKind::IsNaN); }
