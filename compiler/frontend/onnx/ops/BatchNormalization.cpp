#include "compiler/frontend/onnx/Operator.h"

// Inference form; scale, bias, mean and variance are [C].
WASMIND_ONNX_OPERATOR(BatchNormalization) {
  if (node.flag("training_mode") || (node.opset() < 7 && !node.flag("is_test")) || node.hasOutput(1))
    return node.fail("training mode is not supported; export the model for inference");
  if (node.opset() < 9 && !node.flag("spatial", true))
    return node.fail("attribute 'spatial' = 0 is not supported");
  Compose &compose = node.compose();
  Value x = node.input(0);
  if (node.rank(x) < 2)
    return node.fail("an input of rank " + llvm::Twine(node.rank(x)) + " has no channel axis");
  Value parameters[4];
  for (unsigned i = 0; i < 4; ++i)
    parameters[i] = compose.cast(node.input(i + 1), compose.elementOf(x));
  return compose.batchNorm(x, parameters[0], parameters[1], parameters[2], parameters[3], node.real("epsilon", 1e-5f));
}
