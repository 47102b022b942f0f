//===- ApproximateEqual.cpp - ApproximateEqual(x, y), attribute tolerance: |x - y| < tolerance ------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand ApproximateEqual(Node &node) {
  auto [x, y] = promote(node);
  const double tolerance = node.number("tolerance", Node::none, 1e-5);
  if (node.failed())
    return {};
  Value apart = node.compose.unary(UnaryKind::Abs, node.compose.sub(x, y));
  return node.compose.compare(CompareKind::Less, apart, node.compose.scalarLike(apart, tolerance));
}

} // namespace wasmind::mindir::ops
