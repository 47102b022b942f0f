//===- Eps.cpp - Eps(x): the distance from 1 to the next number of x's type, in x's shape -----------------------===//
#include "compiler/frontend/mindir/Operator.h"
#include <cmath>

namespace wasmind::mindir::ops {

Operand Eps(Node &node) {
  Value x = node.tensor(0);
  if (node.failed() || !node.isFloat(x))
    return node.fail("a tensor of floats is needed");
  const auto &semantics = mlir::cast<mlir::FloatType>(node.element(x)).getFloatSemantics();
  const double step = std::ldexp(1.0, 1 - int(llvm::APFloat::semanticsPrecision(semantics)));
  return node.compose.splat(node.compose.extentsOf(x), node.element(x), step);
}

} // namespace wasmind::mindir::ops
