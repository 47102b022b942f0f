#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Selu) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const double alpha = node.real("alpha", 1.67326319217681884765625),
               gamma = node.real("gamma", 1.05070102214813232421875);
  return compose.mul(compose.elu(x, alpha), compose.scalarLike(x, gamma));
}
