#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Reciprocal) { return unaryOperator(node, UnaryKind::Reciprocal); }
