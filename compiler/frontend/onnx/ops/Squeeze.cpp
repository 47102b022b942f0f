#include "compiler/frontend/onnx/Axes.h"

// Removes the extents of 1 that are named, or all of them.
WASMIND_ONNX_OPERATOR(Squeeze) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  auto axes = axesOf(node, 1, "axes", node.rank(x));
  if (!axes)
    return Failure();
  if (axes->flags)
    return dropAxes(node, x, *axes);
  Integers dims;
  for (auto [i, extent] : llvm::enumerate(compose.extentsOf(x))) {
    if (axes->areGiven ? !llvm::is_contained(axes->dims, int64_t(i)) : graph::constantOf(extent).value_or(1) != 1)
      continue;
    if (!axes->areGiven && !graph::constantOf(extent)) {
      if (node.bounds(extent).min > 1)
        continue;
      return node.fail("without axes the shape must be known, but axis " + llvm::Twine(i) + " is '" +
                       node.text(extent) + "'");
    }
    dims.push_back(i);
    if (graph::isOne(extent))
      continue;
    // An extent that varies must be 1 for all values that its dimension is left with.
    if (graph::constantOf(extent) || !node.ensureAtMost(extent, 1) || !node.ensureAtLeast(extent, 1))
      return node.fail("axis " + llvm::Twine(i) + " has extent '" + node.text(extent) + "', not 1");
    x = compose.sliceDim(x, i, compose.getAffineConstantExpr(0), compose.getAffineConstantExpr(1));
  }
  return compose.squeeze(x, dims);
}
