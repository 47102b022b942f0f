#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Less) { return compareOperator(node, CompareKind::Less); }
