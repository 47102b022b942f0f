//===- CumProd.cpp - CumProd(x, axis, exclusive, reverse) ---------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand CumProd(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("axis", 1), node.rank(x));
  bool exclusive = node.flag("exclusive", 2, false), reversed = node.flag("reverse", 3, false);
  if (node.failed())
    return {};
  return Value(
      graph::ScanOp::create(node.compose, node.compose.getLoc(), ReduceKind::Prod, x, axis, exclusive, reversed));
}

} // namespace wasmind::mindir::ops
