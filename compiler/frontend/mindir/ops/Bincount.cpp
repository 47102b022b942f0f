//===- Bincount.cpp ---------------------------------------------------------------------------------------------===//
//
// Bincount(x, size, weights): how many elements, or what weight, each integer below size has
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Histograms.h"

namespace wasmind::mindir::ops {

Operand Bincount(Node &node) {
  Value x = node.tensor(0), weights = node.tensor(2);
  const AffineExpr count = node.extentOf(node.amount("size", 1), 0);
  if (node.failed())
    return {};
  return countBins(node, x, weights, count, node.element(weights));
}

} // namespace wasmind::mindir::ops
