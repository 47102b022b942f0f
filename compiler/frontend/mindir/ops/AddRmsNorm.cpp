//===- AddRmsNorm.cpp - AddRmsNorm(x, y, gamma, epsilon): RmsNorm(x + y), its deviation, and the sum --------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand AddRmsNorm(Node &node) {
  Value sum = node.compose.add(node.tensor(0), node.tensor(1)), gamma = node.tensor(2);
  auto [normalised, deviation] = rmsNorm(node, sum, gamma, node.number("epsilon", 3, 1e-6));
  return Operand::tuple({normalised, deviation, sum});
}

} // namespace wasmind::mindir::ops
