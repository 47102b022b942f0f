#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Floor) { return unaryOperator(node, UnaryKind::Floor); }
