#include "compiler/frontend/onnx/Quantization.h"

// The type is that of the zero point, else output_dtype, else uint8.
WASMIND_ONNX_OPERATOR(QuantizeLinear) {
  Compose &compose = node.compose();
  Value x = node.input(0), scale = node.input(1), zero = node.input(2);
  const int64_t axis = node.integer("axis", 1), blockSize = node.integer("block_size", 0);
  std::optional<Type> element = zero ? compose.elementOf(zero) : compose.getIntegerType(8, /*isSigned=*/false);
  if (!zero && node.integer("output_dtype", 0) != 0)
    element = node.elementType(node.integer("output_dtype"));
  if (!element)
    return Failure();
  scale = alongAxis(node, scale, x, axis, blockSize);
  zero = zero ? alongAxis(node, zero, x, axis, blockSize) : zero;
  return node.failed() ? Results(Failure()) : Results(quantize(node, x, scale, zero, *element));
}
