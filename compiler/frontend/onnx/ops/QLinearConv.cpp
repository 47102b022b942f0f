#include "compiler/frontend/onnx/Quantization.h"

// Inputs x, its scale and zero point, w and its (one per output channel or one), those of the result, and a bias in i32
// of scale x_scale * w_scale.
WASMIND_ONNX_OPERATOR(QLinearConv) {
  Compose &compose = node.compose();
  Value sum = integerConvolve(node, node.input(0), node.input(3), node.input(2), node.input(5));
  if (!sum)
    return Failure();
  auto perOutput = [&](Value value) {
    Extents line(node.rank(sum), compose.getAffineConstantExpr(1));
    line[1] = graph::productOf(compose.extentsOf(value), compose.getContext());
    return compose.reshape(value, line);
  };
  if (Value bias = node.input(8))
    sum = compose.add(sum, perOutput(bias));
  Value factor = compose.mul(perOutput(node.input(1)), perOutput(node.input(4)));
  return quantize(node, compose.mul(compose.cast(sum, compose.getF32Type()), factor), node.input(6), node.input(7),
                  compose.elementOf(node.input(7)));
}
