#include "compiler/frontend/onnx/Operator.h"

// Keeps the slices whose condition is true, which must be known; without an axis, elements of the flattened input.
WASMIND_ONNX_OPERATOR(Compress) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  if (!graph::constantDataOf(node.input(1)))
    return node.fail("the number of slices that are kept depends on the data of " + node.origin(node.input(1)) +
                     "; memory is planned while compiling, so the condition must be a constant" +
                     node.advice(node.input(1)));
  auto condition = node.constantReals(1, "condition");
  if (!condition)
    return Failure();
  int64_t dim = 0;
  if (node.has("axis")) {
    auto axis = node.axisAttribute("axis", 0, node.rank(x));
    if (!axis)
      return Failure();
    dim = *axis;
  } else {
    x = compose.reshape(x, {graph::productOf(compose.extentsOf(x), compose.getContext())});
  }
  Integers kept;
  for (auto [i, value] : llvm::enumerate(*condition))
    if (value != 0)
      kept.push_back(i);
  if (!kept.empty() && !node.ensureAtLeast(compose.extentsOf(x)[dim], kept.back() + 1))
    return node.fail("the condition is longer than the axis");
  return compose.gather(x, graph::makeIntegers(compose, compose.getLoc(), kept), dim);
}
