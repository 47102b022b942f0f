#include "compiler/frontend/onnx/Elementwise.h"

// With fmod the sign is the dividend's, else the divisor's.
WASMIND_ONNX_OPERATOR(Mod) { return binaryOperator(node, node.flag("fmod") ? BinaryKind::Rem : BinaryKind::FloorMod); }
