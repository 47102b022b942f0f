#include "compiler/frontend/onnx/Quantization.h"

// (x - zeroPoint) * scale, in the type of the scale.
WASMIND_ONNX_OPERATOR(DequantizeLinear) {
  Compose &compose = node.compose();
  Value x = node.input(0), scale = node.input(1), zero = node.input(2);
  const int64_t axis = node.integer("axis", 1), blockSize = node.integer("block_size", 0);
  Type element = compose.elementOf(scale);
  if (node.integer("output_dtype", 0) != 0) {
    auto given = node.elementType(node.integer("output_dtype"));
    if (!given)
      return Failure();
    element = *given;
  }
  scale = alongAxis(node, scale, x, axis, blockSize);
  zero = zero ? alongAxis(node, zero, x, axis, blockSize) : zero;
  if (node.failed() || !scale)
    return Failure();
  // Differences of 8 and 16 bit numbers are exact in float32; those of 32 bit numbers only in int32.
  Type exact =
      compose.elementOf(x).getIntOrFloatBitWidth() <= 16 ? Type(compose.getF32Type()) : Type(compose.getI32Type());
  Value difference = compose.cast(x, exact);
  if (zero)
    difference = compose.sub(difference, compose.cast(zero, exact));
  Value real = compose.mul(compose.cast(difference, compose.getF32Type()), compose.cast(scale, compose.getF32Type()));
  return compose.cast(real, element);
}
