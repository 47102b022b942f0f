#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Optional) { return Data{node.hasInput(0) ? node.datum(0) : Datum(EmptyOptional())}; }
