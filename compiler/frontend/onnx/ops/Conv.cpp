#include "compiler/frontend/onnx/Windows.h"

// X [N, C, spatial...], W [O, C / group, spatial...], B [O].
WASMIND_ONNX_OPERATOR(Conv) {
  Value x = node.input(0), w = node.input(1);
  auto weights = node.staticExtents(w);
  if (!weights || weights->size() < 3)
    return node.fail("the weights must have a static shape of rank 3 or more");
  Integers kernel(weights->begin() + 2, weights->end());
  if (node.integers("kernel_shape", kernel) != kernel)
    return node.fail("attribute 'kernel_shape' differs from the weights' shape");
  auto window = windowOf(node, x, kernel);
  if (!window || !checkFit(node, x, kernel, *window))
    return Failure();
  return node.compose().convolve(x, w, node.input(2), *window, node.integer("group", 1));
}
