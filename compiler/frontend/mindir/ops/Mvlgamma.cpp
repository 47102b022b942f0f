//===- Mvlgamma.cpp - Mvlgamma(x), attribute p: the log of the gamma function of p dimensions --------------------===//
#include "compiler/frontend/mindir/Special.h"
#include <cmath>
#include <numbers>

namespace wasmind::mindir::ops {

Operand Mvlgamma(Node &node) {
  const int64_t p = node.integer("p", 1);
  if (node.failed() || p < 1 || p > 1024)
    return node.fail("p is not in 1 to 1024");
  return special(node, 0, [&](Compose &b, Value x) {
    Value sum = b.scalarLike(x, 0.25 * double(p * (p - 1)) * std::log(std::numbers::pi));
    for (int64_t i = 0; i < p; ++i)
      sum = b.add(sum, logGamma(b, b.sub(x, b.scalarLike(x, 0.5 * double(i)))));
    return sum;
  });
}

} // namespace wasmind::mindir::ops
