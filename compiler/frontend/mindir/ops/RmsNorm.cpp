//===- RmsNorm.cpp ------------------------------------------------------------------------------------------------===//
//
// RmsNorm(x, gamma, epsilon): x / sqrt(mean(x^2) + epsilon) * gamma over the last dimensions
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand RmsNorm(Node &node) {
  Value x = node.tensor(0), gamma = node.tensor(1);
  double epsilon = node.number("epsilon", 2, 1e-6);
  if (node.failed())
    return {};
  if (node.rank(gamma) < 1 || node.rank(gamma) > node.rank(x))
    return node.fail("gamma has rank " + llvm::Twine(node.rank(gamma)) + " beside rank " + llvm::Twine(node.rank(x)));
  Compose &b = node.compose;
  auto dims = llvm::to_vector(llvm::seq<int64_t>(node.rank(x) - node.rank(gamma), node.rank(x)));
  Value square = b.mean(b.mul(x, x), dims, /*keepDims=*/true);
  Value deviation = square ? b.unary(UnaryKind::Rsqrt, b.add(square, b.scalarLike(square, epsilon))) : Value();
  return Operand::tuple({b.mul(b.mul(x, deviation), gamma), deviation});
}

} // namespace wasmind::mindir::ops
