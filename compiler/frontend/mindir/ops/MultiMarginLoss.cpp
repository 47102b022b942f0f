//===- MultiMarginLoss.cpp --------------------------------------------------------------------------------------===//
//
// MultiMarginLoss(x [N, C], labels [N], weight [C] or None), attributes p, margin, reduction
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

// Of each row the mean of max(0, margin - x[label] + x[c])^p over the classes c but the label, times the label's
// weight.
Operand MultiMarginLoss(Node &node) {
  Value x = node.tensor(0), labels = node.tensor(1), weight = node.optionalTensor(2);
  const int64_t p = node.integer("p", Node::none, 1), reduction = reductionKind(node, Node::none);
  const double margin = node.number("margin", Node::none, 1.0);
  if (!node.expectRank(x, 2, "input 0") || !node.expectRank(labels, 1, "labels") || node.failed())
    return {};
  if (p != 1 && p != 2)
    return node.fail("p must be 1 or 2");
  Compose &b = node.compose;
  const AffineExpr classes = b.extentsOf(x)[1];
  expectIndices(node, labels, x, 1);
  if (node.failed())
    return {};
  labels = b.unsqueeze(b.cast(labels, b.getI64Type()), {1});
  Value loss = b.relu(b.add(b.sub(x, b.gatherElements(x, labels, 1)), b.scalarLike(x, margin)));
  if (p == 2)
    loss = b.mul(loss, loss);
  if (weight)
    loss = b.mul(loss, b.gather(b.cast(weight, node.element(x)), labels, 0));
  Value places = graph::IotaOp::create(b, b.getLoc(),
                                       graph::makeTensorType({b.getAffineConstantExpr(1), classes}, b.getI64Type()), 1);
  loss = b.select(b.compare(CompareKind::Equal, places, labels), b.scalarLike(x, 0), loss);
  return reduceLoss(node, b.mean(loss, {1}, /*keepDims=*/false), reduction);
}

} // namespace wasmind::mindir::ops
