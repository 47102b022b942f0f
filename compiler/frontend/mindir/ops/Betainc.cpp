//===- Betainc.cpp - Betainc(a, b, x): the regularised incomplete beta function -----------------------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand Betainc(Node &node) {
  Value parameters[] = {node.tensor(0), node.tensor(1)}, x = node.tensor(2);
  if (node.failed() || !node.isFloat(x))
    return node.fail("takes floats");
  Compose &b = node.compose;
  auto wide = [&](Value v) { return b.cast(v, b.getF64Type()); };
  return b.cast(incompleteBeta(b, wide(parameters[0]), wide(parameters[1]), wide(x)), node.element(x));
}

} // namespace wasmind::mindir::ops
