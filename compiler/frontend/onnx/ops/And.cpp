#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(And) { return binaryOperator(node, BinaryKind::And); }
