#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Elu) { return node.compose().elu(node.input(0), node.real("alpha", 1.0)); }
