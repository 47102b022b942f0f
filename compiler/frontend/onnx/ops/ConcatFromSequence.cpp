#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(ConcatFromSequence) {
  Compose &compose = node.compose();
  auto sequence = node.sequence(0);
  if (!sequence)
    return Failure();
  llvm::SmallVector<Value> &tensors = sequence->tensors;
  if (tensors.empty())
    return node.fail("concatenates an empty sequence, whose result has no shape");
  const bool addsAxis = node.flag("new_axis");
  for (Value tensor : tensors)
    if (node.rank(tensor) != node.rank(tensors.front()))
      return node.fail("concatenates " + node.text(tensors.front().getType()) + " and " + node.text(tensor.getType()));
  auto dim = node.axisAttribute("axis", 0, node.rank(tensors.front()) + addsAxis);
  if (!dim)
    return Failure();
  if (addsAxis)
    for (Value &tensor : tensors)
      tensor = compose.unsqueeze(tensor, {*dim});
  return compose.concat(tensors, *dim);
}
