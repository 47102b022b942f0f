//===- ReverseV2.cpp - ReverseV2(x, axis: tuple) ------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ReverseV2(Node &node) {
  Value x = node.tensor(0);
  Integers axes = node.axes(node.integers("axis", 1), node.rank(x));
  return node.failed() || axes.empty() ? x
                                       : Value(graph::ReverseOp::create(node.compose, node.compose.getLoc(), x, axes));
}

} // namespace wasmind::mindir::ops
