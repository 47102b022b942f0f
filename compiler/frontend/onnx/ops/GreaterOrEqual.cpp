#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(GreaterOrEqual) { return compareOperator(node, CompareKind::GreaterEqual); }
