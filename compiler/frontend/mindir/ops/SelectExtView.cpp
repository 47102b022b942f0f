//===- SelectExtView.cpp - SelectExtView(x, dim, index): one slice along a dimension ------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand SelectExtView(Node &node) {
  Value x = node.tensor(0);
  int64_t axis = node.axis(node.integer("dim", 1, 0), node.rank(x));
  return takeAlong(node, x, axis, node.amount("index", 2));
}

} // namespace wasmind::mindir::ops
