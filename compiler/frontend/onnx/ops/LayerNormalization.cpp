#include "compiler/frontend/onnx/Operator.h"
#include "llvm/ADT/Sequence.h"

WASMIND_ONNX_OPERATOR(LayerNormalization) {
  Compose &compose = node.compose();
  Value x = node.input(0), scale = node.input(1), bias = node.input(2);
  const int64_t rank = node.rank(x);
  auto first = node.axisAttribute("axis", -1, rank);
  if (!first)
    return Failure();
  Integers dims = llvm::to_vector(llvm::seq<int64_t>(*first, rank));
  const double epsilon = node.real("epsilon", 1e-5f);
  Value y = compose.layerNorm(x, scale, bias, dims, epsilon);
  if (!node.hasOutput(1) && !node.hasOutput(2))
    return y;
  // Mean and inverse deviation are computed and returned in float32.
  Value wide = compose.cast(x, compose.getF32Type());
  Value mean = compose.mean(wide, dims, /*keepDims=*/true), centred = compose.sub(wide, mean);
  Value variance = compose.mean(compose.mul(centred, centred), dims, /*keepDims=*/true);
  Value inverse = compose.unary(UnaryKind::Rsqrt, compose.add(variance, compose.scalarLike(variance, epsilon)));
  return {y, mean, inverse};
}
