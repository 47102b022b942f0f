#include "compiler/frontend/onnx/RowOperators.h"

namespace wasmind::onnx {

std::optional<Integers> rowDims(Node &node) {
  const int64_t rank = node.rank(node.input(0));
  if (node.opset() >= 13) {
    auto dim = node.axisAttribute("axis", -1, rank);
    return dim ? std::optional(Integers{*dim}) : std::nullopt;
  }
  // axis = rank makes rows of one element each.
  const int64_t axis = node.integer("axis", 1);
  if (axis < -rank || axis > rank)
    return node.fail("axis " + llvm::Twine(axis) + " of a tensor of rank " + llvm::Twine(rank));
  Integers dims;
  for (int64_t i = axis < 0 ? axis + rank : axis; i < rank; ++i)
    dims.push_back(i);
  return dims;
}

} // namespace wasmind::onnx
