//===- MultilabelMarginLoss.cpp - MultilabelMarginLoss(x [N, C] or [C], labels), attribute reduction -------------===//
//
// The classes of a row are its labels ahead of the first -1. Its loss is the mean over C of max(0, 1 - x[own] +
// x[other]), summed over its classes and the others. The second result says which classes are a row's own.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand MultilabelMarginLoss(Node &node) {
  Value x = node.tensor(0), labels = node.tensor(1);
  const int64_t reduction = reductionKind(node, Node::none);
  const Type labelType = node.element(labels);
  const bool isBatch = node.rank(x) != 1;
  if (node.failed())
    return {};
  Compose &b = node.compose;
  if (!isBatch) {
    x = b.unsqueeze(x, {0});
    labels = b.unsqueeze(labels, {0});
  }
  if (!node.expectRank(x, 2, "x") || !node.expectRank(labels, 2, "labels"))
    return {};
  const Extents extents = b.extentsOf(x), given = b.extentsOf(labels);
  for (int64_t dim : {0, 1})
    node.expectEqual(extents[dim], given[dim], "x and its labels are of different shapes");
  if (node.failed())
    return {};
  labels = b.cast(labels, b.getI64Type());
  Value zero = b.scalar(b.getI64Type(), 0, 2);
  Value isEnd = b.cast(b.compare(CompareKind::Less, labels, zero), b.getI64Type());
  Value ended = graph::ScanOp::create(b, b.getLoc(), ReduceKind::Sum, isEnd, 1, /*exclusive=*/false, /*reverse=*/false);
  Value isLabel = b.compare(CompareKind::Equal, ended, zero);
  const AffineExpr one = b.getAffineConstantExpr(1);
  Value classes =
      graph::IotaOp::create(b, b.getLoc(), graph::makeTensorType({one, one, extents[1]}, b.getI64Type()), 2);
  // [N, labels, classes]
  Value isOwn = b.binary(BinaryKind::And, b.unsqueeze(isLabel, {2}),
                         b.compare(CompareKind::Equal, b.unsqueeze(labels, {2}), classes));
  isOwn = b.reduce(ReduceKind::Or, isOwn, {1}, /*keepDims=*/false);
  Value own = b.gatherElements(x, b.maximum(labels, zero), 1), nothing = b.scalarLike(x, 0);
  Value margins = b.relu(b.add(b.sub(b.unsqueeze(x, {1}), b.unsqueeze(own, {2})), b.scalar(node.element(x), 1, 3)));
  Value counts = b.mul(b.unsqueeze(b.select(isLabel, b.scalarLike(x, 1), nothing), {2}),
                       b.unsqueeze(b.select(isOwn, nothing, b.scalarLike(x, 1)), {1}));
  Value losses = b.reduce(ReduceKind::Sum, b.mul(margins, counts), {1, 2}, /*keepDims=*/false);
  losses = b.div(losses, b.cast(b.extent(extents[1]), node.element(x)));
  Value flags = b.cast(isOwn, labelType);
  if (!isBatch) {
    losses = b.squeeze(losses, {0});
    flags = b.squeeze(flags, {0});
  }
  return Operand::tuple({reduceLoss(node, losses, reduction), flags});
}

} // namespace wasmind::mindir::ops
