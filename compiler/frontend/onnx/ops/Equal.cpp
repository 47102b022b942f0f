#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Equal) { return compareOperator(node, CompareKind::Equal); }
