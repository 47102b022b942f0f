//===- LayerNorm.cpp - LayerNorm(x, gamma, beta, begin_norm_axis, begin_params_axis, epsilon) ---------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand LayerNorm(Node &node) {
  Value x = node.tensor(0), gamma = node.tensor(1), beta = node.tensor(2);
  int64_t begin = node.axis(node.integer("begin_norm_axis", 3, 1), node.rank(x));
  int64_t params = node.axis(node.integer("begin_params_axis", 4, 1), node.rank(x));
  double epsilon = node.number("epsilon", 5, 1e-7);
  if (node.failed())
    return {};
  if (node.rank(gamma) != node.rank(x) - params || node.rank(beta) != node.rank(x) - params)
    return node.fail("gamma and beta have not the dimensions from begin_params_axis on");
  auto dims = llvm::to_vector(llvm::seq<int64_t>(begin, node.rank(x)));
  return Operand::tuple({node.compose.layerNorm(x, gamma, beta, dims, epsilon), Operand::unavailable("the mean"),
                         Operand::unavailable("the variance")});
}

} // namespace wasmind::mindir::ops
