//===- EqualExt.cpp - EqualExt(x, y): whether all elements are equal --------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include "llvm/ADT/Sequence.h"

namespace wasmind::mindir::ops {

Operand EqualExt(Node &node) {
  auto [x, y] = promote(node);
  if (node.failed())
    return {};
  Compose &b = node.compose;
  if (node.rank(x) != node.rank(y))
    return b.scalar(b.getI1Type(), 0);
  const auto all = llvm::to_vector(llvm::seq<int64_t>(0, node.rank(x)));
  return b.reduce(ReduceKind::And, b.compare(CompareKind::Equal, x, y), all, /*keepDims=*/false);
}

} // namespace wasmind::mindir::ops
