#include "compiler/frontend/onnx/Operator.h"

// An extent of 0 copies the input's (unless allowzero says otherwise), -1 takes what is left.
WASMIND_ONNX_OPERATOR(Reshape) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  Extents extents;
  if (node.opset() < 5) {
    for (int64_t extent : node.integers("shape"))
      extents.push_back(compose.getAffineConstantExpr(extent));
  } else {
    auto target = node.shape(1, "shape");
    if (!target)
      return Failure();
    extents = *target;
  }

  Extents own = compose.extentsOf(x);
  std::optional<size_t> inferred;
  AffineExpr known = compose.getAffineConstantExpr(1);
  for (auto [i, extent] : llvm::enumerate(extents)) {
    auto constant = graph::constantOf(extent);
    if (constant == -1) {
      if (inferred)
        return node.fail("the shape has -1 twice");
      inferred = i;
      continue;
    }
    if (constant == 0 && !node.flag("allowzero")) {
      if (i >= own.size())
        return node.fail("the shape copies axis " + llvm::Twine(i) + " of an input of rank " + llvm::Twine(own.size()));
      extent = own[i];
    } else if (node.bounds(extent).min < 0) {
      return node.fail("the shape has the extent '" + node.text(extent) + "'");
    }
    known = graph::productOf({known, extent}, compose.getContext());
  }
  AffineExpr total = graph::productOf(own, compose.getContext());
  if (inferred) {
    auto rest = graph::divideExactly(total, known);
    if (!rest)
      return node.fail("'" + node.text(total) + "' elements do not divide by '" + node.text(known) +
                       "' to infer the extent of axis " + llvm::Twine(*inferred));
    extents[*inferred] = *rest;
  } else if (!graph::provablyEqual(total, known)) {
    return node.fail("an input of '" + node.text(total) + "' elements does not take a shape of '" + node.text(known) +
                     "'");
  }
  return compose.reshape(x, extents);
}
