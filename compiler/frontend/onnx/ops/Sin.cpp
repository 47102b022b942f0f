#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Sin) { return unaryOperator(node, UnaryKind::Sin); }
