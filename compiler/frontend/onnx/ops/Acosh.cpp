#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Acosh) { return unaryOperator(node, UnaryKind::Acosh); }
