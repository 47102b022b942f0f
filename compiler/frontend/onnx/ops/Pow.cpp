#include "compiler/frontend/onnx/Elementwise.h"

// The exponent may have another type; the result has the type of the base.
WASMIND_ONNX_OPERATOR(Pow) {
  auto operands = broadcastOperands(node);
  if (!operands)
    return Failure();
  auto [base, exponent] = *operands;
  Compose &compose = node.compose();
  Type element = compose.elementOf(base);
  if (mlir::isa<mlir::IntegerType>(element) && isFloat(node, exponent)) {
    Type wide = compose.getF64Type();
    return compose.cast(compose.binary(BinaryKind::Pow, compose.cast(base, wide), compose.cast(exponent, wide)),
                        element);
  }
  return compose.binary(BinaryKind::Pow, base, compose.cast(exponent, element));
}
