#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Atanh) { return unaryOperator(node, UnaryKind::Atanh); }
