//===- AddRmsNorm.cpp - AddRmsNorm(x, y, gamma, epsilon): RmsNorm(x + y), its deviation, and the sum --------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand AddRmsNorm(Node &node) {
  Value sum = node.compose.add(node.tensor(0), node.tensor(1)), gamma = node.tensor(2);
  double epsilon = node.number("epsilon", 3, 1e-6);
  if (node.failed() || !sum)
    return {};
  if (node.rank(gamma) < 1 || node.rank(gamma) > node.rank(sum))
    return node.fail("gamma has rank " + llvm::Twine(node.rank(gamma)) + " beside rank " + llvm::Twine(node.rank(sum)));
  Compose &b = node.compose;
  auto dims = llvm::to_vector(llvm::seq<int64_t>(node.rank(sum) - node.rank(gamma), node.rank(sum)));
  Value square = b.mean(b.mul(sum, sum), dims, /*keepDims=*/true);
  Value deviation = square ? b.unary(UnaryKind::Rsqrt, b.add(square, b.scalarLike(square, epsilon))) : Value();
  return Operand::tuple({b.mul(b.mul(sum, deviation), gamma), deviation, sum});
}

} // namespace wasmind::mindir::ops
