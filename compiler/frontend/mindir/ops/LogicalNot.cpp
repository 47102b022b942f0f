//===- LogicalNot.cpp - LogicalNot(x): bool -----------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand LogicalNot(Node &node) {
  return node.compose.unary(UnaryKind::Not, node.compose.cast(node.tensor(0), node.compose.getI1Type()));
}

} // namespace wasmind::mindir::ops
