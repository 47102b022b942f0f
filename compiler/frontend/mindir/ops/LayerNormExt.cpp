//===- LayerNormExt.cpp - LayerNormExt(x, normalized_shape, weight, bias, eps) ------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand LayerNormExt(Node &node) {
  Value x = node.tensor(0), weight = node.optionalTensor(2), bias = node.optionalTensor(3);
  int64_t count = node.integers("normalized_shape", 1).size();
  double epsilon = node.number("eps", 4, 1e-5);
  if (node.failed())
    return {};
  if (count < 1 || count > node.rank(x))
    return node.fail("normalized_shape has " + llvm::Twine(count) + " entries for rank " + llvm::Twine(node.rank(x)));
  auto dims = llvm::to_vector(llvm::seq<int64_t>(node.rank(x) - count, node.rank(x)));
  return Operand::tuple({node.compose.layerNorm(x, weight, bias, dims, epsilon), Operand::unavailable("the mean"),
                         Operand::unavailable("the deviation")});
}

} // namespace wasmind::mindir::ops
