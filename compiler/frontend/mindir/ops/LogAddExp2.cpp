//===- LogAddExp2.cpp - LogAddExp2(x, y): log2(2^x + 2^y) -------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include <numbers>

namespace wasmind::mindir::ops {

Operand LogAddExp2(Node &node) {
  auto [x, y] = promote(node);
  if (node.failed() || !node.isFloat(x))
    return node.fail("floats are needed");
  Compose &b = node.compose;
  // With the larger one taken out; infinities of one sign have no difference.
  Value large = b.maximum(x, y),
        apart = b.select(b.compare(CompareKind::Equal, x, y), b.scalarLike(large, 0), b.sub(b.minimum(x, y), large));
  Value power = b.unary(UnaryKind::Exp, b.mul(apart, b.scalarLike(apart, std::numbers::ln2)));
  Value grown = b.unary(UnaryKind::Log, b.add(b.scalarLike(power, 1), power));
  return b.add(large, b.mul(grown, b.scalarLike(grown, std::numbers::log2e)));
}

} // namespace wasmind::mindir::ops
