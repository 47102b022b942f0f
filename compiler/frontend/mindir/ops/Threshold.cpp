//===- Threshold.cpp - Threshold(x, threshold, value): x above the threshold, else value --------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Threshold(Node &node) {
  double limit = node.number("threshold", 1), value = node.number("value", 2);
  Value x = node.tensor(0);
  if (node.failed())
    return {};
  Value above = node.compose.compare(CompareKind::Greater, x, node.compose.scalarLike(x, limit));
  return node.compose.select(above, x, node.compose.scalarLike(x, value));
}

} // namespace wasmind::mindir::ops
