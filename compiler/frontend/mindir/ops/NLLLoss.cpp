//===- NLLLoss.cpp -----------------------------------------------------------------------------------------------===//
//
// NLLLoss(logits [N, C, ...], labels [N, ...], weight [C], reduction, ignore_index): the loss, and the weights' sum
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

// reduction: 0 sum, 1 mean by weight, 2 none.
Operand NLLLoss(Node &node) {
  Value logits = node.tensor(0), labels = node.tensor(1), weight = node.optionalTensor(2);
  const int64_t reduction = reductionKind(node, 3), ignored = node.integer("ignore_index", 4, -100);
  if (node.failed() || node.rank(logits) < 2)
    return node.fail("the logits have no dimension of classes");
  if (!node.expectRank(labels, node.rank(logits) - 1, "labels"))
    return {};
  Compose &b = node.compose;
  const AffineExpr classes = b.extentsOf(logits)[1];
  node.expectAtLeast(classes, 1, "a choice among classes");
  if (node.failed())
    return {};
  labels = b.cast(labels, b.getI64Type());
  Value isTaken = b.compare(CompareKind::NotEqual, labels, b.scalarLike(labels, double(ignored)));
  Value last = b.cast(b.extent(classes - 1), b.getI64Type());
  Value inside = b.minimum(b.maximum(labels, b.scalarLike(labels, 0)), last);
  Value own = b.squeeze(b.gatherElements(logits, b.unsqueeze(inside, {1}), 1), {1});
  if (!own)
    return Value();
  Value factors = weight ? b.cast(b.gather(weight, inside, 0), node.element(logits)) : b.scalarLike(own, 1);
  factors = b.select(isTaken, factors, b.scalarLike(own, 0));
  factors = b.broadcastTo(factors, b.extentsOf(own));
  Value losses = b.unary(UnaryKind::Neg, b.mul(own, factors));
  const Operand total = reduceLoss(node, factors, 0);
  if (reduction == 2)
    return Operand::tuple({losses, total});
  const Operand sum = reduceLoss(node, losses, 0);
  return node.failed() ? Operand()
                       : Operand::tuple({reduction == 1 ? Operand(b.div(sum.tensor, total.tensor)) : sum, total});
}

} // namespace wasmind::mindir::ops
