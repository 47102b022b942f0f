#include "compiler/frontend/onnx/Elementwise.h"

// With fmod the sign is the dividend's, else the divisor's.
WASMIND_ONNX_OPERATOR(Mod) {
  if (!node.flag("fmod") && isFloat(node, node.input(0)))
    return node.fail("floats need attribute 'fmod' = 1");
  return binaryOperator(node, node.flag("fmod") ? BinaryKind::Rem : BinaryKind::FloorMod);
}
