//===- Argmin.cpp - Argmin(x, axis, output_type) ------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Argmin(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("axis", 1, -1), node.rank(x));
  Type type = node.dtype("output_type", 2);
  if (!type)
    type = node.declaredElement() ? node.declaredElement() : node.compose.getI32Type();
  return node.failed() ? Value() : node.compose.cast(node.compose.argReduce(ReduceKind::Min, x, axis, false), type);
}

} // namespace wasmind::mindir::ops
