#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Sqrt) { return unaryOperator(node, UnaryKind::Sqrt); }
