//===- Polygamma.cpp - Polygamma(a, x): the derivative a of digamma at x > 0, for a constant a -------------------===//
#include "compiler/frontend/mindir/Special.h"
#include <cmath>

namespace wasmind::mindir::ops {

Operand Polygamma(Node &node) {
  const int64_t order = node.integer("a", 0);
  if (node.failed() || order < 0 || order > 100)
    return node.fail("a is not a constant of 0 to 100");
  if (order == 0)
    return special(node, 1, digamma);
  // (-1)^(a + 1) a! zeta(a + 1, x)
  const double factor = (order % 2 ? 1 : -1) * std::tgamma(double(order + 1));
  return special(node, 1, [&](Compose &b, Value x) {
    Value sum = hurwitzZeta(b, b.scalarLike(x, double(order + 1)), x);
    return b.mul(sum, b.scalarLike(sum, factor));
  });
}

} // namespace wasmind::mindir::ops
