#include "compiler/frontend/onnx/Operator.h"
#include "llvm/ADT/Sequence.h"

WASMIND_ONNX_OPERATOR(ConcatFromSequence) {
  Compose &compose = node.compose();
  const bool addsAxis = node.flag("new_axis");
  if (const Datum given = node.datum(0); given.parts()) {
    const Parts &parts = *given.parts();
    const int64_t rank = node.rank(parts.whole);
    auto dim = node.axisAttribute("axis", 0, rank);
    if (!dim)
      return Failure();
    if (addsAxis == parts.keepsDim || (!addsAxis && *dim != parts.dim))
      return node.fail("joins " + given.text() + " otherwise than it was cut");
    Integers order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    order.erase(order.begin() + parts.dim);
    order.insert(order.begin() + *dim, parts.dim);
    return compose.transpose(parts.whole, order);
  }
  auto sequence = node.sequence(0);
  if (!sequence)
    return Failure();
  llvm::SmallVector<Value> &tensors = sequence->tensors;
  if (tensors.empty())
    return node.fail("concatenates an empty sequence, whose result has no shape");
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
