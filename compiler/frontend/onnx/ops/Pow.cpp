#include "compiler/frontend/onnx/Elementwise.h"

namespace wasmind::onnx {
// Whether the exponents keep their values in the base's type.
static bool keepsValues(Compose &compose, Value exponent, Type element) {
  Type own = compose.elementOf(exponent);
  if (own == element || own.getIntOrFloatBitWidth() < element.getIntOrFloatBitWidth())
    return true;
  auto data = graph::constantDataOf(exponent);
  auto real = mlir::dyn_cast<mlir::FloatType>(element);
  if (!data || !real)
    return !real;
  bool loses = false;
  for (int64_t i = 0; i < (data->splat ? 1 : data->elementCount) && !loses; ++i)
    llvm::APFloat(data->asDouble(i)).convert(real.getFloatSemantics(), llvm::APFloat::rmNearestTiesToEven, &loses);
  return !loses;
}
} // namespace wasmind::onnx

// The exponent may have another type; the result has the type of the base.
WASMIND_ONNX_OPERATOR(Pow) {
  auto operands = broadcastOperands(node);
  if (!operands)
    return Failure();
  auto [base, exponent] = *operands;
  Compose &compose = node.compose();
  Type element = compose.elementOf(base);
  const bool isWhole = mlir::isa<mlir::IntegerType>(element);
  if (isWhole ? isFloat(node, exponent) : !keepsValues(compose, exponent, element)) {
    Type wide = compose.getF64Type();
    return compose.cast(compose.binary(BinaryKind::Pow, compose.cast(base, wide), compose.cast(exponent, wide)),
                        element);
  }
  return compose.binary(BinaryKind::Pow, base, compose.cast(exponent, element));
}
