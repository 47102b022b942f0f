//===- MultinomialExt.cpp - MultinomialExt(weights, count, replacement, seed, offset): classes, i64 ---------------===//
#include "compiler/frontend/mindir/Random.h"
#include "compiler/frontend/mindir/Shapes.h"
#include <limits>

namespace wasmind::mindir::ops {

// Without replacement, those of the largest log(u) / weight (P. S. Efraimidis and P. G. Spirakis, Weighted random
// sampling with a reservoir, 2006).
Operand MultinomialExt(Node &node) {
  Value weights = node.tensor(0);
  Extents count = node.extents("num_samples", 1);
  const bool replacement = node.flag("replacement", 2, false);
  if (node.failed() || count.size() != 1)
    return node.fail("takes one number of samples");
  Compose &b = node.compose;
  if (replacement)
    return drawClasses(node, weights, count.front(),
                       [&](const Extents &shape) { return drawOfGenerator(node, shape, 3); });
  graph::Draw drawn = drawOfGenerator(node, b.extentsOf(weights), 3);
  if (node.failed())
    return {};
  weights = node.element(weights).isF64() ? weights : b.cast(weights, b.getF32Type());
  Value uniform = drawn.uniform(node.element(weights));
  Value key = b.div(b.unary(UnaryKind::Log, b.sub(b.scalarLike(uniform, 1), uniform)), weights);
  Value none = b.scalarLike(key, -std::numeric_limits<double>::infinity());
  key = b.select(b.compare(CompareKind::Greater, weights, b.scalarLike(weights, 0)), key, none);
  Operand best = topAlong(node, key, count.front(), node.rank(key) - 1, /*smallest=*/false, b.getI64Type());
  return node.failed() ? Operand() : best.elements()[1];
}

} // namespace wasmind::mindir::ops
