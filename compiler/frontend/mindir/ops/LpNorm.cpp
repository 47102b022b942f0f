//===- LpNorm.cpp - LpNorm(x), attributes axis, p, keep_dims, epsilon: the p-norm along axes, at least epsilon ----===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand LpNorm(Node &node) {
  Value x = node.tensor(0);
  const double p = node.number("p", Node::none, 2), epsilon = node.number("epsilon", Node::none, 1e-12);
  const bool keepDims = node.flag("keep_dims", Node::none, false);
  const Integers axes = node.axes(node.integers("axis", Node::none, Integers{0}), node.rank(x));
  if (node.failed())
    return {};
  Value length = norm(node, x, p, axes, keepDims);
  return length ? node.compose.maximum(length, node.compose.scalarLike(length, epsilon)) : Value();
}

} // namespace wasmind::mindir::ops
