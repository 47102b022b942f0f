#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Exp) { return unaryOperator(node, UnaryKind::Exp); }
