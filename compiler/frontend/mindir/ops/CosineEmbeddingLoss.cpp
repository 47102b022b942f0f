//===- CosineEmbeddingLoss.cpp ----------------------------------------------------------------------------------===//
//
// CosineEmbeddingLoss(x, y, target, margin, reduction): 1 - cos where the target is 1, else max(0, cos - margin)
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand CosineEmbeddingLoss(Node &node) {
  auto [x, y] = promote(node);
  Value target = node.tensor(2);
  const double margin = node.number("margin", 3, 0);
  const int64_t reduction = reductionKind(node, 4);
  if (node.failed() || node.rank(x) < 1 || node.rank(x) > 2 || node.rank(y) != node.rank(x))
    return node.fail("the inputs are not [C] or [N, C]");
  Compose &b = node.compose;
  const int64_t last = node.rank(x) - 1;
  auto sum = [&](Value p, Value q) { return b.reduce(ReduceKind::Sum, b.mul(p, q), {last}, /*keepDims=*/false); };
  auto size = [&](Value v) {
    Value square = sum(v, v);
    return b.add(square, b.scalarLike(square, 1e-12));
  };
  Value cosine = b.div(sum(x, y), b.unary(UnaryKind::Sqrt, b.mul(size(x), size(y))));
  Value zero = b.scalarLike(cosine, 0), one = b.scalarLike(cosine, 1);
  target = b.cast(target, node.element(x));
  Value apart = b.maximum(b.sub(cosine, b.scalarLike(cosine, margin)), zero);
  Value loss = b.select(b.compare(CompareKind::Equal, target, b.scalarLike(target, 1)), b.sub(one, cosine),
                        b.select(b.compare(CompareKind::Equal, target, b.scalarLike(target, -1)), apart, zero));
  return reduceLoss(node, loss, reduction);
}

} // namespace wasmind::mindir::ops
