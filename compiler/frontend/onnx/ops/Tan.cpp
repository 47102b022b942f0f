#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Tan) { return unaryOperator(node, UnaryKind::Tan); }
