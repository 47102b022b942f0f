#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(LessOrEqual) { return compareOperator(node, CompareKind::LessEqual); }
