#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Identity) { return node.input(0); }
