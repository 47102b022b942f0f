#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Asin) { return unaryOperator(node, UnaryKind::Asin); }
