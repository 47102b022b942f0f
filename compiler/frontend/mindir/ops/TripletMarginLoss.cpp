//===- TripletMarginLoss.cpp ------------------------------------------------------------------------------------===//
//
// TripletMarginLoss(anchor, positive, negative, margin), attributes p, swap, eps, reduction
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

// max(0, d(anchor, positive) - d(anchor, negative) + margin), where d is the p-norm of the difference plus eps along
// the last dimension; `swap` takes the distance between positive and negative where that is smaller.
Operand TripletMarginLoss(Node &node) {
  Value anchor = node.tensor(0), positive = node.tensor(1), negative = node.tensor(2), margin = node.tensor(3);
  const int64_t p = node.integer("p", Node::none, 2), reduction = reductionKind(node, Node::none);
  const bool swaps = node.flag("swap", Node::none, false);
  const double epsilon = node.number("eps", Node::none, 1e-6);
  if (node.failed())
    return {};
  if (p < 1 || node.rank(anchor) < 1)
    return node.fail("p is below 1, or the anchor has no dimension");
  Compose &b = node.compose;
  auto distance = [&](Value x, Value y) {
    Value difference = b.sub(x, y);
    difference = b.add(difference, b.scalarLike(difference, epsilon));
    return norm(node, difference, double(p), {-1}, /*keepDims=*/false);
  };
  Value far = distance(anchor, negative);
  if (swaps)
    far = b.minimum(far, distance(positive, negative));
  Value loss = b.add(b.sub(distance(anchor, positive), far), b.cast(margin, node.element(anchor)));
  return reduceLoss(node, b.relu(loss), reduction);
}

} // namespace wasmind::mindir::ops
