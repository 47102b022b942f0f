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
  Value difference = centred(node, x, zero);
  Value real = compose.mul(compose.cast(difference, compose.getF32Type()), compose.cast(scale, compose.getF32Type()));
  return compose.cast(real, element);
}
