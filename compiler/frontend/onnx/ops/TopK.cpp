#include "compiler/frontend/onnx/Operator.h"
#include "llvm/ADT/Sequence.h"

// k is an attribute before opset 10 and input 1 since.
WASMIND_ONNX_OPERATOR(TopK) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const int64_t rank = node.rank(x);
  auto dim = node.axisAttribute("axis", -1, rank);
  auto k = node.opset() < 10 ? std::optional(node.integer("k")) : node.constantInteger(1, "K");
  if (!dim || !k)
    return Failure();
  AffineExpr extent = compose.extentsOf(x)[*dim];
  if (*k < 0 || !node.ensureAtLeast(extent, *k))
    return node.fail("K is " + llvm::Twine(*k) + ", the axis has '" + node.text(extent) + "' elements");
  Integers toLast = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(toLast[*dim], toLast[rank - 1]); // its own inverse
  auto found =
      graph::TopKOp::create(compose, compose.getLoc(), compose.transpose(x, toLast), *k, !node.flag("largest", true));
  return {compose.transpose(found.getValues(), toLast), compose.transpose(found.getIndices(), toLast)};
}
