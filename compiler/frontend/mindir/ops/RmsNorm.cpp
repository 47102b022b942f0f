//===- RmsNorm.cpp ------------------------------------------------------------------------------------------------===//
//
// RmsNorm(x, gamma, epsilon): x / sqrt(mean(x^2) + epsilon) * gamma over the last dimensions
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand RmsNorm(Node &node) {
  Value x = node.tensor(0), gamma = node.tensor(1);
  auto [normalised, deviation] = rmsNorm(node, x, gamma, node.number("epsilon", 2, 1e-6));
  return Operand::tuple({normalised, deviation});
}

} // namespace wasmind::mindir::ops
