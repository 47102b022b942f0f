//===- EqualExt.cpp - EqualExt(x, y): whether all elements are equal --------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand EqualExt(Node &node) {
  auto [x, y] = promote(node);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Integers all;
  for (int64_t dim = 0; dim < node.rank(x); ++dim)
    all.push_back(dim);
  if (node.rank(x) != node.rank(y))
    return b.scalar(b.getI1Type(), 0);
  return b.reduce(ReduceKind::And, b.compare(CompareKind::Equal, x, y), all, /*keepDims=*/false);
}

} // namespace wasmind::mindir::ops
