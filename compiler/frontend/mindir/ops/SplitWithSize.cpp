//===- SplitWithSize.cpp - SplitWithSize(x, split_sections: tuple, dim) -------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand SplitWithSize(Node &node) {
  Value x = node.tensor(0);
  Integers sizes = node.integers("split_sections", 1);
  int64_t axis = node.axis(node.integer("dim", 2, 0), node.rank(x));
  return node.failed() ? Operand() : split(node, x, axis, sizes);
}

} // namespace wasmind::mindir::ops
