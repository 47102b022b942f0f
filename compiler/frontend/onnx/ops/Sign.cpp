#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Sign) { return unaryOperator(node, UnaryKind::Sign); }
