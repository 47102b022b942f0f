//===- NLLLoss.cpp -----------------------------------------------------------------------------------------------===//
//
// NLLLoss(logits [N, C], labels [N], weight [C], reduction, ignore_index): the loss, and the weights' sum
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

// reduction: 0 sum, 1 mean by weight, 2 none.
Operand NLLLoss(Node &node) {
  Value logits = node.tensor(0), labels = node.tensor(1), weight = node.optionalTensor(2);
  const int64_t reduction = reductionKind(node, 3), ignored = node.integer("ignore_index", 4, -100);
  if (!node.expectRank(logits, 2, "logits") || !node.expectRank(labels, 1, "labels") || node.failed())
    return {};
  Compose &b = node.compose;
  const AffineExpr classes = b.extentsOf(logits)[1];
  expectElements(node, b.transpose(logits, {1, 0}));
  labels = b.cast(labels, b.getI64Type());
  Value isTaken = b.compare(CompareKind::NotEqual, labels, b.scalarLike(labels, double(ignored)));
  Value last = b.cast(b.extent(classes - 1), b.getI64Type());
  Value inside = b.minimum(b.maximum(labels, b.scalarLike(labels, 0)), last);
  Value own = b.squeeze(b.gatherElements(logits, b.unsqueeze(inside, {1}), 1), {1});
  Value factors = weight ? b.cast(b.gather(weight, inside, 0), node.element(logits)) : b.scalarLike(own, 1);
  factors = b.select(isTaken, factors, b.scalarLike(own, 0));
  factors = b.broadcastTo(factors, b.extentsOf(own));
  Value losses = b.unary(UnaryKind::Neg, b.mul(own, factors));
  Value total = b.reduce(ReduceKind::Sum, factors, {0}, /*keepDims=*/false);
  if (reduction == 2)
    return Operand::tuple({losses, total});
  Value sum = b.reduce(ReduceKind::Sum, losses, {0}, /*keepDims=*/false);
  return Operand::tuple({reduction == 1 ? b.div(sum, total) : sum, total});
}

} // namespace wasmind::mindir::ops
