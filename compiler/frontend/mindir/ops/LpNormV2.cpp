//===- LpNormV2.cpp - LpNormV2(x, p, dim, keepdim, epsilon): the p-norm along axes, at least epsilon -------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand LpNormV2(Node &node) {
  Value x = node.tensor(0);
  const double p = node.number("p", 1, 2), epsilon = node.number("epsilon", 4, 1e-12);
  const bool keepDims = node.flag("keepdim", 3, false);
  Integers axes = node.axes(node.integers("dim", 2, Integers{}), node.rank(x));
  if (axes.empty())
    axes = llvm::to_vector(llvm::seq<int64_t>(0, node.rank(x)));
  if (node.failed())
    return {};
  Value length = norm(node, x, p, axes, keepDims);
  return length ? node.compose.maximum(length, node.compose.scalarLike(length, epsilon)) : Value();
}

} // namespace wasmind::mindir::ops
