#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Abs) { return unaryOperator(node, UnaryKind::Abs); }
