#include "compiler/frontend/onnx/Operator.h"
#include "llvm/ADT/Sequence.h"

// (sum |x|^p)^(1/p) over the spatial dimensions.
WASMIND_ONNX_OPERATOR(GlobalLpPool) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const double p = node.opset() < 2 ? node.real("p", 2.0) : double(node.integer("p", 2));
  Integers dims = llvm::to_vector(llvm::seq<int64_t>(2, std::max<int64_t>(node.rank(x), 2)));
  Value powers = compose.binary(BinaryKind::Pow, compose.unary(UnaryKind::Abs, x), compose.scalarLike(x, p));
  Value sum = compose.reduce(ReduceKind::Sum, powers, dims, /*keepDims=*/true);
  return compose.binary(BinaryKind::Pow, sum, compose.scalarLike(sum, 1 / p));
}
