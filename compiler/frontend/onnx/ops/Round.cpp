#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Round) { return unaryOperator(node, UnaryKind::Round); }
