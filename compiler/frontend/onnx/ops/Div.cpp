#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Div) { return binaryOperator(node, BinaryKind::Div); }
