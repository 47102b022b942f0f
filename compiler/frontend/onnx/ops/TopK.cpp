#include "compiler/frontend/onnx/Operator.h"
#include "llvm/ADT/Sequence.h"

// k is an attribute before opset 10 and input 1 since.
WASMIND_ONNX_OPERATOR(TopK) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const int64_t rank = node.rank(x);
  auto dim = node.axisAttribute("axis", -1, rank);
  if (!dim)
    return Failure();
  const AffineExpr extent = compose.extentsOf(x)[*dim];
  std::optional<AffineExpr> k;
  if (node.opset() < 10)
    k = compose.getAffineConstantExpr(node.integer("k"));
  else if (Value given = compose.reshape(node.input(1), Integers()))
    k = node.extentOf(given, 0, *dim, node.bounds(extent).max);
  else
    return node.fail("K must be one number");
  if (!k)
    return Failure();
  for (AffineExpr room : {*k, extent - *k})
    if (!node.require(room, "K = '" + node.text(*k) + "' of '" + node.text(extent) + "' elements"))
      return Failure();
  Integers toLast = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(toLast[*dim], toLast[rank - 1]); // its own inverse
  auto found =
      graph::TopKOp::create(compose, compose.getLoc(), compose.transpose(x, toLast), *k, !node.flag("largest", true));
  return {compose.transpose(found.getValues(), toLast), compose.transpose(found.getIndices(), toLast)};
}
