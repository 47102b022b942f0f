#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(Log) { return unaryOperator(node, UnaryKind::Log); }
