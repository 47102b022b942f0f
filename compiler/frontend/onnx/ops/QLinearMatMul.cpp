#include "compiler/frontend/onnx/Quantization.h"

// Inputs a, its scale and zero point, b and its, and those of the result.
WASMIND_ONNX_OPERATOR(QLinearMatMul) {
  Compose &compose = node.compose();
  Value product = integerMatmul(node, node.input(0), node.input(3), node.input(2), node.input(5));
  if (!product)
    return Failure();
  Value aScale = node.input(1);
  if (node.rank(aScale) == 1 && node.staticExtent(aScale, 0) != 1) // one per row
    aScale = compose.unsqueeze(aScale, {1});
  Type real = compose.getF32Type();
  Value factor = compose.mul(compose.cast(aScale, real), compose.cast(node.input(4), real));
  Value exact = compose.mul(compose.cast(product, real), factor);
  return quantize(node, exact, node.input(6), node.input(7), compose.elementOf(node.input(7)));
}
