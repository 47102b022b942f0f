#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Identity) { return Data{node.datum(0)}; }
