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
    auto size = node.hasInput(1) ? node.constantInteger(1, "split") : std::optional<int64_t>(1);
    if (!size)
      return Failure();
    if (*size < 1)
      return node.fail("parts of extent " + llvm::Twine(*size));
    auto whole = graph::constantOf(extent);
    if (!whole)
      return node.fail("how many parts axis " + llvm::Twine(*dim) + " of extent '" + node.text(extent) +
                       "' gives must be known while compiling");
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
