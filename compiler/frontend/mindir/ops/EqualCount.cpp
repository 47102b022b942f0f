//===- EqualCount.cpp - EqualCount(x, y): how many elements are equal, [1] ---------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand EqualCount(Node &node) {
  auto [x, y] = promote(node);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value equal = b.cast(b.compare(CompareKind::Equal, x, y), b.getI32Type());
  Value count = equal ? b.reduce(ReduceKind::Sum, b.flatten(equal, 0), {0, 1}, /*keepDims=*/false) : Value();
  return count ? b.cast(b.unsqueeze(count, {0}), node.element(x)) : Value();
}

} // namespace wasmind::mindir::ops
