//===- ExpandDims.cpp - ExpandDims(x, axis): a dimension of 1 before axis -----------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand ExpandDims(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("axis", 1), node.rank(x), /*inclusive=*/true);
  return node.failed() ? Value() : node.compose.unsqueeze(x, {axis});
}

} // namespace wasmind::mindir::ops
