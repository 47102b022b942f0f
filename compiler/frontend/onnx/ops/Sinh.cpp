#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Sinh) { return unaryOperator(node, UnaryKind::Sinh); }
