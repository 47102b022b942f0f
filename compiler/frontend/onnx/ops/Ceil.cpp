#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Ceil) { return unaryOperator(node, UnaryKind::Ceil); }
