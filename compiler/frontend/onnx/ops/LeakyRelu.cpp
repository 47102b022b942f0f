#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(LeakyRelu) { return node.compose().leakyRelu(node.input(0), node.real("alpha", 0.01f)); }
