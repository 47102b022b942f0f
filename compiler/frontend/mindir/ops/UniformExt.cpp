//===- UniformExt.cpp - UniformExt(x, from, to, seed, offset): numbers in [from, to) of the shape of x ------------===//
#include "compiler/frontend/mindir/Random.h"

namespace wasmind::mindir::ops {

Operand UniformExt(Node &node) {
  Value x = node.tensor(0);
  const double from = node.number("from", 1, 0), to = node.number("to", 2, 1);
  graph::Draw drawn = drawOfGenerator(node, shapeOf(node, x), 3);
  if (node.failed() || !node.isFloat(x))
    return node.fail("takes floats");
  Compose &b = node.compose;
  Value uniform = drawn.uniform(node.element(x));
  return b.add(b.mul(uniform, b.scalarLike(uniform, to - from)), b.scalarLike(uniform, from));
}

} // namespace wasmind::mindir::ops
