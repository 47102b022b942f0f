#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Not) { return unaryOperator(node, UnaryKind::Not); }
