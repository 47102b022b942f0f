#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Acos) { return unaryOperator(node, UnaryKind::Acos); }
