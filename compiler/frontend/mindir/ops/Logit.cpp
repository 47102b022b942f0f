//===- Logit.cpp - Logit(x, eps): log(x / (1 - x)) of x brought to eps .. 1 - eps, where eps is not negative ----===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Logit(Node &node) {
  Value x = floatInput(node);
  const double epsilon = node.number("eps", 1, -1);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  if (epsilon >= 0)
    x = b.clip(x, epsilon, 1 - epsilon);
  return b.unary(UnaryKind::Log, b.div(x, b.sub(b.scalarLike(x, 1), x)));
}

} // namespace wasmind::mindir::ops
