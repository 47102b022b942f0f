//===- MultinomialWithReplacement.cpp -----------------------------------------------------------------------------===//
//
// MultinomialWithReplacement(weights, seed, offset), attribute numsamples: classes, i64
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand MultinomialWithReplacement(Node &node) {
  Value weights = node.tensor(0);
  const int64_t count = node.integer("numsamples", Node::none);
  return drawClasses(node, weights, node.compose.getAffineConstantExpr(std::max<int64_t>(count, 0)),
                     [&](const Extents &shape) { return drawOfGenerator(node, shape, 1); });
}

} // namespace wasmind::mindir::ops
