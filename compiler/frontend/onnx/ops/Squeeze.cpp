#include "compiler/frontend/onnx/Operator.h"

// Removes the extents of 1 that are named, or all of them.
WASMIND_ONNX_OPERATOR(Squeeze) {
  Value x = node.input(0);
  auto axes = node.axesInput(1, "axes", node.rank(x));
  if (!axes)
    return Failure();
  Integers dims;
  for (auto [i, extent] : llvm::enumerate(node.compose().extentsOf(x))) {
    if (!*axes && !graph::constantOf(extent) && node.bounds(extent).min <= 1)
      return node.fail("without axes the shape must be known, but axis " + llvm::Twine(i) + " is '" +
                       node.text(extent) + "'; fix it with --dim");
    const bool named = *axes && llvm::is_contained(**axes, int64_t(i));
    if (named && !graph::isOne(extent))
      return node.fail("axis " + llvm::Twine(i) + " has extent '" + node.text(extent) + "', not 1");
    if (named || (!*axes && graph::isOne(extent)))
      dims.push_back(i);
  }
  return node.compose().squeeze(x, dims);
}
