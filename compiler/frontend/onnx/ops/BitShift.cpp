#include "compiler/frontend/onnx/Elementwise.h"

WASMIND_ONNX_OPERATOR(BitShift) {
  const std::string direction = node.string("direction");
  if (direction != "LEFT" && direction != "RIGHT")
    return node.fail("attribute 'direction' = '" + direction + "' is neither LEFT nor RIGHT");
  return binaryOperator(node, direction == "LEFT" ? BinaryKind::ShiftLeft : BinaryKind::ShiftRight);
}
