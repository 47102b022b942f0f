#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Asinh) { return unaryOperator(node, UnaryKind::Asinh); }
