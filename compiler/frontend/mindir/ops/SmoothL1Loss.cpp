//===- SmoothL1Loss.cpp - SmoothL1Loss(prediction, target, beta, reduction): squares below beta, distances above ===//
#include "compiler/frontend/mindir/Elementwise.h"
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand SmoothL1Loss(Node &node) {
  auto [x, y] = promote(node);
  const double beta = node.number("beta", 2, 1.0);
  // Before 2.4 the primitive has no reduction.
  const int64_t reduction = node.parameter("reduction", 3) ? reductionKind(node, 3) : 2;
  if (node.failed())
    return {};
  Compose &b = node.compose;
  Value distance = b.unary(UnaryKind::Abs, b.sub(x, y));
  if (beta == 0)
    return reduceLoss(node, distance, reduction);
  Value square = b.mul(b.mul(distance, distance), b.scalarLike(distance, 0.5 / beta));
  Value isNear = b.compare(CompareKind::Less, distance, b.scalarLike(distance, beta));
  return reduceLoss(node, b.select(isNear, square, b.sub(distance, b.scalarLike(distance, 0.5 * beta))), reduction);
}

} // namespace wasmind::mindir::ops
