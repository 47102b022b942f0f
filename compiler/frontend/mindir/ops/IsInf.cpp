//===- IsInf.cpp - IsInf(x): bool, infinite -----------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand IsInf(Node &node) {
  Value x = floatInput(node);
  if (!x)
    return {};
  Value infinity = node.compose.scalarLike(x, std::numeric_limits<double>::infinity());
  return node.compose.compare(CompareKind::Equal, node.compose.unary(UnaryKind::Abs, x), infinity);
}

} // namespace wasmind::mindir::ops
