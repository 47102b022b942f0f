//===- Igamma.cpp - Igamma(a, x): the regularised lower incomplete gamma function ---------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand Igamma(Node &node) {
  auto [a, x] = promote(node);
  if (node.failed() || !node.isFloat(a))
    return node.fail("takes floats");
  Compose &b = node.compose;
  const Type f64 = b.getF64Type();
  return b.cast(incompleteGamma(b, b.cast(a, f64), b.cast(x, f64), /*upper=*/false), node.element(x));
}

} // namespace wasmind::mindir::ops
