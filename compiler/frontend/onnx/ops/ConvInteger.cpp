#include "compiler/frontend/onnx/Quantization.h"

WASMIND_ONNX_OPERATOR(ConvInteger) {
  return integerConvolve(node, node.input(0), node.input(1), node.input(2), node.input(3));
}
