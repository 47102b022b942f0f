#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Greater) { return compareOperator(node, CompareKind::Greater); }
