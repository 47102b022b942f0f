//===- InTopK.cpp -----------------------------------------------------------------------------------------------===//
//
// InTopK(x [N, C], targets [N]), attribute k: whether fewer than k classes are above the target
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand InTopK(Node &node) {
  Value x = node.tensor(0), targets = node.tensor(1);
  const int64_t k = node.integer("k", Node::none);
  if (!node.expectRank(x, 2, "input 0") || !node.expectRank(targets, 1, "input 1"))
    return {};
  Compose &b = node.compose;
  Value indices = b.unsqueeze(b.cast(targets, b.getI64Type()), {1});
  Value score = b.gatherElements(x, indices, 1);
  Value isAbove = b.cast(b.compare(CompareKind::Greater, x, score), b.getI64Type());
  Value count = b.reduce(ReduceKind::Sum, isAbove, {1}, /*keepDims=*/false);
  const Value size = b.extent(b.extentsOf(x)[1]), zero = b.scalarLike(indices, 0);
  Value isClass = b.binary(BinaryKind::And, b.compare(CompareKind::GreaterEqual, indices, zero),
                           b.compare(CompareKind::Less, indices, size));
  return b.binary(BinaryKind::And, b.compare(CompareKind::Less, count, b.scalarLike(count, double(k))),
                  b.squeeze(isClass, {1}));
}

} // namespace wasmind::mindir::ops
