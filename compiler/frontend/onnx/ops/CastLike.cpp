#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(CastLike) { return node.compose().cast(node.input(0), node.compose().elementOf(node.input(1))); }
