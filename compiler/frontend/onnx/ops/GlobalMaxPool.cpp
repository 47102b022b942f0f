#include "compiler/frontend/onnx/Operator.h"
#include "llvm/ADT/Sequence.h"

WASMIND_ONNX_OPERATOR(GlobalMaxPool) {
  Value x = node.input(0);
  Integers dims = llvm::to_vector(llvm::seq<int64_t>(2, std::max<int64_t>(node.rank(x), 2)));
  return node.compose().reduce(ReduceKind::Max, x, dims, /*keepDims=*/true);
}
