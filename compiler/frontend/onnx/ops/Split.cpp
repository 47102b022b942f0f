#include "compiler/frontend/onnx/Operator.h"

// Sizes: attribute `split` (before opset 13) or input 1; else as many parts as outputs (or num_outputs), the last one
// smaller where they do not divide.
WASMIND_ONNX_OPERATOR(Split) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  auto dim = node.axisAttribute("axis", 0, node.rank(x));
  if (!dim)
    return Failure();
  const AffineExpr extent = compose.extentsOf(x)[*dim];
  const int64_t parts = node.outputCount();
  Extents sizes;
  if (node.has("split")) {
    for (int64_t size : node.integers("split"))
      sizes.push_back(compose.getAffineConstantExpr(size));
  } else if (node.hasInput(1)) {
    auto given = node.elements(1, "split");
    if (!given)
      return Failure();
    for (auto [i, size] : llvm::enumerate(*given)) {
      auto part = node.extentOf(size, i, *dim, node.bounds(extent).max);
      if (!part)
        return Failure();
      sizes.push_back(*part);
    }
  } else if (auto whole = graph::divideExactly(extent, compose.getAffineConstantExpr(parts))) {
    sizes.assign(parts, *whole);
  } else if (auto constant = graph::constantOf(extent)) {
    const int64_t size = (*constant + parts - 1) / parts;
    for (int64_t i = 0, left = *constant; i < parts; ++i, left -= size)
      sizes.push_back(compose.getAffineConstantExpr(std::clamp<int64_t>(left, 0, size)));
  } else {
    // As many as would be equal, rounded up, while there are any.
    const AffineExpr size = (extent + (parts - 1)).floorDiv(parts);
    for (int64_t i = 0; i < parts; ++i) {
      auto left = node.rangeOf(graph::AxisSlice{size * i, size * (i + 1)}, x, *dim);
      if (!left)
        return Failure();
      sizes.push_back(left->count);
    }
  }
  if (int64_t(sizes.size()) != parts || node.integer("num_outputs", parts) != parts)
    return node.fail(llvm::Twine(sizes.size()) + " sizes for " + llvm::Twine(parts) + " outputs");

  AffineExpr at = compose.getAffineConstantExpr(0);
  llvm::SmallVector<Value> results;
  for (AffineExpr size : sizes)
    at = at + size;
  for (AffineExpr size : sizes)
    if (!node.require(size, "a part of size '" + node.text(size) + "'"))
      return Failure();
  if (!compose.equate(at, extent))
    return node.fail("the parts have '" + node.text(at) + "' elements together, the axis has '" + node.text(extent) +
                     "'");
  // By the parts' sum it follows that they lie inside.
  Extents joined = compose.extentsOf(x);
  joined[*dim] = graph::normalise(at);
  x = compose.reshape(x, joined);
  at = compose.getAffineConstantExpr(0);
  for (AffineExpr size : sizes) {
    results.push_back(compose.sliceDim(x, *dim, at, size));
    at = at + size;
  }
  return results;
}
