//===- Log1p.cpp - Log1p(x): log(1 + x) ---------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Log1p(Node &node) {
  Value x = floatInput(node);
  return x ? node.compose.unary(UnaryKind::Log, node.compose.add(x, node.compose.scalarLike(x, 1))) : Value();
}

} // namespace wasmind::mindir::ops
