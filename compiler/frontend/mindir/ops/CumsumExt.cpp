//===- CumsumExt.cpp - CumsumExt(x, dim, dtype) -------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand CumsumExt(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("dim", 1), node.rank(x));
  Type type = node.dtype("dtype", 2);
  if (!type)
    type = node.declaredElement();
  if (node.failed())
    return {};
  if (type)
    x = node.compose.cast(x, type);
  return Value(graph::ScanOp::create(node.compose, node.compose.getLoc(), ReduceKind::Sum, x, axis, false, false));
}

} // namespace wasmind::mindir::ops
