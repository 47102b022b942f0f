#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Add) { return binaryOperator(node, BinaryKind::Add); }
