#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Sub) { return binaryOperator(node, BinaryKind::Sub); }
