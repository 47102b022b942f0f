#include "compiler/frontend/onnx/Operator.h"
#include "llvm/ADT/Sequence.h"

// x / sqrt(mean(x^2) + epsilon) * scale over the dimensions from `axis` on.
WASMIND_ONNX_OPERATOR(RMSNormalization) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const int64_t rank = node.rank(x);
  auto first = node.axisAttribute("axis", -1, rank);
  if (!first)
    return Failure();
  Integers dims = llvm::to_vector(llvm::seq<int64_t>(*first, rank));
  Value wide = compose.cast(x, compose.elementOf(x).isF64() ? compose.getF64Type() : compose.getF32Type());
  Value square = compose.mean(compose.mul(wide, wide), dims, /*keepDims=*/true);
  Value inverse =
      compose.unary(UnaryKind::Rsqrt, compose.add(square, compose.scalarLike(square, node.real("epsilon", 1e-5f))));
  Value scale = node.input(1);
  return compose.mul(compose.cast(compose.mul(wide, inverse), compose.elementOf(scale)), scale);
}
