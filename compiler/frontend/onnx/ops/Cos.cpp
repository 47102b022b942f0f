#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Cos) { return unaryOperator(node, UnaryKind::Cos); }
