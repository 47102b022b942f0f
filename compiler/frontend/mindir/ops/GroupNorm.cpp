//===- GroupNorm.cpp - GroupNorm(x, groups, gamma, beta, eps) -----------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand GroupNorm(Node &node) {
  Value x = node.tensor(0), gamma = node.optionalTensor(2), beta = node.optionalTensor(3);
  int64_t groups = node.integer("num_groups", 1);
  double epsilon = node.number("eps", 4, 1e-5);
  if (node.failed())
    return {};
  return Operand::tuple({node.compose.groupNorm(x, gamma, beta, groups, epsilon), Operand::unavailable("the mean"),
                         Operand::unavailable("the deviation")});
}

} // namespace wasmind::mindir::ops
