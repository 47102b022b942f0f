//===- HShrink.cpp - HShrink(x, lambd): x where |x| > lambd, else 0 -----------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand HShrink(Node &node) {
  double limit = node.number("lambd", 1, 0.5);
  Value x = node.tensor(0);
  if (!x)
    return {};
  Value outside = node.compose.compare(CompareKind::Greater, node.compose.unary(UnaryKind::Abs, x),
                                       node.compose.scalarLike(x, limit));
  return node.compose.select(outside, x, node.compose.scalarLike(x, 0));
}

} // namespace wasmind::mindir::ops
