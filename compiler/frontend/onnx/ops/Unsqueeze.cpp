#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Unsqueeze) {
  Value x = node.input(0);
  // The axes index the result.
  std::optional<Integers> given =
      node.has("axes") ? std::optional(node.integers("axes")) : node.constantIntegers(1, "axes");
  if (!given)
    return Failure();
  auto dims = node.axes(*given, node.rank(x) + given->size());
  if (!dims)
    return Failure();
  return node.compose().unsqueeze(x, *dims);
}
