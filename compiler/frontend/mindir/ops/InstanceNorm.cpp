//===- InstanceNorm.cpp -----------------------------------------------------------------------------------------===//
//
// InstanceNorm(x [N, C, ...], gamma [C], beta [C], mean, variance), attribute epsilon: each channel of each image by
// its own mean and variance
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

// The running mean and variance are parameters that only training renews, and that the result does not depend on.
Operand InstanceNorm(Node &node) {
  Value x = node.tensor(0), gamma = node.tensor(1), beta = node.tensor(2);
  const double epsilon = node.number("epsilon", Node::none, 1e-5);
  if (node.failed() || node.rank(x) < 3)
    return node.fail("x has rank " + llvm::Twine(node.failed() ? 0 : node.rank(x)) + ", at least 3 is needed");
  const int64_t channels = node.staticExtent(x, 1, "input 0");
  if (node.failed() || channels < 1)
    return node.fail("x has no channels");
  const llvm::StringLiteral statistics = "the mean and variance of an InstanceNorm";
  return Operand::tuple({node.compose.groupNorm(x, gamma, beta, channels, epsilon), Operand::unavailable(statistics),
                         Operand::unavailable(statistics)});
}

} // namespace wasmind::mindir::ops
