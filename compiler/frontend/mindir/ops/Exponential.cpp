//===- Exponential.cpp --------------------------------------------------------------------------------------------===//
//
// InplaceExponential(x, lambda, seed, offset): numbers of density lambda e^(-lambda x)
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand Exponential(Node &node) {
  Value x = node.tensor(0);
  const double lambda = node.number("lambd", 1, 1);
  graph::Draw drawn = drawOfGenerator(node, shapeOf(node, x), 2);
  if (node.failed() || !node.isFloat(x))
    return node.fail("takes floats");
  Compose &b = node.compose;
  Value uniform = drawn.uniform(node.element(x));
  Value logarithm = b.unary(UnaryKind::Log, b.sub(b.scalarLike(uniform, 1), uniform));
  return b.mul(logarithm, b.scalarLike(logarithm, -1 / lambda));
}

} // namespace wasmind::mindir::ops
