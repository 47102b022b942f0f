//===- Renorm.cpp - Renorm(x), attributes p, dim, maxnorm: slices of a larger p-norm are scaled down to it -------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand Renorm(Node &node) {
  Value x = node.tensor(0);
  const double p = node.number("p", Node::none), most = node.number("maxnorm", Node::none);
  const int64_t dim = node.axis(node.integer("dim", Node::none), node.rank(x));
  if (node.failed() || !node.isFloat(x))
    return node.fail("takes floats");
  Integers others;
  for (int64_t other = 0; other < node.rank(x); ++other)
    if (other != dim)
      others.push_back(other);
  Compose &b = node.compose;
  Value size = others.empty() ? b.unary(UnaryKind::Abs, x) : norm(node, x, p, others, /*keepDims=*/true);
  if (!size)
    return Value();
  Value limit = b.scalarLike(size, most);
  Value scale = b.select(b.compare(CompareKind::Greater, size, limit),
                         b.div(limit, b.add(size, b.scalarLike(size, 1e-7))), b.scalarLike(size, 1));
  return b.mul(x, scale);
}

} // namespace wasmind::mindir::ops
