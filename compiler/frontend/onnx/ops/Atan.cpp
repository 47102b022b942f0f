#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Atan) { return unaryOperator(node, UnaryKind::Atan); }
