#include "compiler/frontend/onnx/Operator.h"

// Input `split`: the parts' extents, or one extent for all but the last, which may be smaller; without it parts of
// extent 1, whose axis goes unless `keepdims`.
WASMIND_ONNX_OPERATOR(SplitToSequence) {
  Compose &compose = node.compose();
  constexpr int64_t partLimit = 4096;
  Value x = node.input(0);
  auto dim = node.axisAttribute("axis", 0, node.rank(x));
  if (!dim)
    return Failure();
  const AffineExpr extent = compose.extentsOf(x)[*dim];
  Extents sizes;
  if (node.hasInput(1) && node.rank(node.input(1)) == 1) {
    auto given = node.elements(1, "split");
    if (!given)
      return Failure();
    for (auto [i, size] : llvm::enumerate(*given)) {
      auto part = node.extentOf(size, node.nameOfExtent(0, i) + "." + std::to_string(*dim), node.bounds(extent).max);
      if (!part)
        return Failure();
      sizes.push_back(*part);
    }
  } else {
    Value given = node.hasInput(1) ? compose.reshape(node.input(1), Integers()) : Value();
    if (node.hasInput(1) && !given)
      return node.fail("split must be one number, or one for each part");
    auto part = given ? node.extentOf(compose.cast(given, compose.getI64Type()), node.nameOfExtent(0, *dim),
                                      node.bounds(extent).max)
                      : std::optional(compose.getAffineConstantExpr(1));
    if (!part || !node.require(*part - 1, "parts of extent '" + node.text(*part) + "'"))
      return Failure();
    auto whole = graph::constantOf(extent), size = graph::constantOf(*part);
    if (!whole || !size)
      return Parts{x, *dim, *part, given || node.flag("keepdims", true)};
    for (int64_t at = 0; at < *whole && int64_t(sizes.size()) <= partLimit; at += *size)
      sizes.push_back(compose.getAffineConstantExpr(std::min(*size, *whole - at)));
  }
  if (int64_t(sizes.size()) > partLimit)
    return node.fail("gives more than " + llvm::Twine(partLimit) + " parts");
  AffineExpr sum = compose.getAffineConstantExpr(0);
  for (AffineExpr size : sizes) {
    if (!node.require(size, "a part of size '" + node.text(size) + "'"))
      return Failure();
    sum = sum + size;
  }
  if (!compose.equate(sum, extent))
    return node.fail("the parts have '" + node.text(sum) + "' elements together, the axis has '" + node.text(extent) +
                     "'");
  // By the parts' sum it follows that they lie inside.
  Extents joined = compose.extentsOf(x);
  joined[*dim] = graph::normalise(sum);
  x = compose.reshape(x, joined);
  Sequence sequence{{}, compose.elementOf(x)};
  AffineExpr at = compose.getAffineConstantExpr(0);
  for (AffineExpr size : sizes) {
    Value part = compose.sliceDim(x, *dim, at, size);
    if (!node.hasInput(1) && !node.flag("keepdims", true))
      part = compose.squeeze(part, {*dim});
    sequence.tensors.push_back(part);
    at = at + size;
  }
  return sequence;
}
