//===- LogAddExp.cpp - LogAddExp(x, y): log(exp(x) + exp(y)) ----------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand LogAddExp(Node &node) {
  auto [x, y] = promote(node);
  if (node.failed() || !node.isFloat(x))
    return node.fail("floats are needed");
  Compose &b = node.compose;
  // With the larger one taken out; infinities of one sign have no difference.
  Value large = b.maximum(x, y),
        apart = b.select(b.compare(CompareKind::Equal, x, y), b.scalarLike(large, 0), b.sub(b.minimum(x, y), large));
  Value power = b.unary(UnaryKind::Exp, apart);
  return b.add(large, b.unary(UnaryKind::Log, b.add(b.scalarLike(power, 1), power)));
}

} // namespace wasmind::mindir::ops
