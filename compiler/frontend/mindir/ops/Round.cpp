//===- Round.cpp - Round(x, decimals): nearest, halves to even ----------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include <cmath>

namespace wasmind::mindir::ops {

Operand Round(Node &node) {
  Value x = node.tensor(0);
  const int64_t decimals = node.integer("decimals", 1, 0);
  if (node.failed())
    return {};
  if (!node.isFloat(x))
    return decimals >= 0 ? x : node.fail("rounds integers to tens; cast them to float32");
  if (decimals == 0)
    return unary(node, UnaryKind::Round);
  if (std::abs(decimals) > 38)
    return node.fail("rounds to " + llvm::Twine(decimals) + " decimals");
  // As PyTorch does: of tens, 10^-decimals divides.
  Compose &b = node.compose;
  Value power = b.scalarLike(x, std::pow(10.0, double(std::abs(decimals))));
  Value scaled = decimals > 0 ? b.mul(x, power) : b.div(x, power), whole = b.unary(UnaryKind::Round, scaled);
  return decimals > 0 ? b.div(whole, power) : b.mul(whole, power);
}

} // namespace wasmind::mindir::ops
