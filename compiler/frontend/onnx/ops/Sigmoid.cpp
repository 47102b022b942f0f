#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Sigmoid) { return unaryOperator(node, UnaryKind::Sigmoid); }
