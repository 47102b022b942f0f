#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Cosh) { return unaryOperator(node, UnaryKind::Cosh); }
