//===- Cauchy.cpp - Cauchy(), attributes size, sigma, median: numbers of a Cauchy distribution --------------------===//
#include "compiler/frontend/mindir/Random.h"
#include <numbers>

namespace wasmind::mindir::ops {

Operand Cauchy(Node &node) {
  Extents size = node.extents("size", Node::none);
  const double sigma = node.number("sigma", Node::none, 1), median = node.number("median", Node::none, 0);
  graph::Draw drawn = draw(node, size);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value uniform = drawn.uniform(b.getF32Type()), half = b.scalarLike(uniform, 0.5);
  Value angle = b.mul(b.sub(uniform, half), b.scalarLike(uniform, std::numbers::pi));
  return b.add(b.mul(b.unary(UnaryKind::Tan, angle), b.scalarLike(angle, sigma)), b.scalarLike(angle, median));
}

} // namespace wasmind::mindir::ops
