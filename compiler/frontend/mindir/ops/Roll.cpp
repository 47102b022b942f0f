//===- Roll.cpp - Roll(x, shifts: tuple, dims: tuple) -------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Roll(Node &node) {
  Value x = node.tensor(0);
  Integers shifts = node.integers("shifts", 1), dims = node.integers("dims", 2);
  if (!node.failed() && shifts.size() != dims.size())
    return node.fail("shifts and dims have different numbers of entries");
  for (size_t i = 0; i < shifts.size() && !node.failed(); ++i) {
    int64_t dim = node.axis(dims[i], node.rank(x));
    int64_t extent = node.failed() ? 0 : node.staticExtent(x, dim, "input 0");
    if (node.failed() || extent == 0)
      break;
    int64_t moved = ((shifts[i] % extent) + extent) % extent; // that many from the end come first
    if (moved == 0)
      continue;
    auto part = [&](int64_t start, int64_t count) {
      return node.compose.sliceDim(x, dim, node.compose.getAffineConstantExpr(start),
                                   node.compose.getAffineConstantExpr(count));
    };
    x = node.compose.concat({part(extent - moved, moved), part(0, extent - moved)}, dim);
  }
  return x;
}

} // namespace wasmind::mindir::ops
