#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Neg) { return unaryOperator(node, UnaryKind::Neg); }
