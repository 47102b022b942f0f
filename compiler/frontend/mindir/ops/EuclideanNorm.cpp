//===- EuclideanNorm.cpp - EuclideanNorm(x, axes), attribute keep_dims: the root of the sum of squares -----------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand EuclideanNorm(Node &node) {
  Value x = node.tensor(0);
  const Integers dims = node.axes(node.integers("axes", 1), node.rank(x));
  const bool keepDims = node.flag("keep_dims", Node::none, false);
  if (node.failed())
    return {};
  Value real = node.isFloat(x) ? x : node.compose.cast(x, node.compose.getF32Type());
  Value length = norm(node, real, 2, dims, keepDims);
  return length ? node.compose.cast(length, node.element(x)) : Value();
}

} // namespace wasmind::mindir::ops
