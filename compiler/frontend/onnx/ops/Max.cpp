#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Max) { return variadicOperator(node, BinaryKind::Max); }
