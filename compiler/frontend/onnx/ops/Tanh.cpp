#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Tanh) { return unaryOperator(node, UnaryKind::Tanh); }
