#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Erf) { return unaryOperator(node, UnaryKind::Erf); }
