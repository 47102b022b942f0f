//===- Erfinv.cpp - Erfinv(x): where Erf is x --------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand Erfinv(Node &node) {
  Value given = node.tensor(0);
  if (node.failed() || !node.isFloat(given))
    return node.fail("takes floats");
  if (node.element(given).isF64())
    return node.fail("f64 is not supported; cast to float32");
  Compose &b = node.compose;
  return b.cast(inverseErrorFunction(b, b.cast(given, b.getF32Type())), node.element(given));
}

} // namespace wasmind::mindir::ops
