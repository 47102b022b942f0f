#include "compiler/frontend/mindir/Ordered.h"

namespace wasmind::mindir {

Value countBelow(Node &node, Value sorted, Value values, bool right) {
  const int64_t rank = node.rank(sorted);
  if (node.failed() || rank < 1 || (rank > 1 && node.rank(values) != rank)) {
    node.fail("the sequence must be [n], or [..., n] beside values [..., m]");
    return {};
  }
  Compose &b = node.compose;
  values = b.unsqueeze(values, {node.rank(values)});
  if (rank > 1)
    sorted = b.unsqueeze(sorted, {rank - 1});
  Value isBelow = b.compare(right ? CompareKind::LessEqual : CompareKind::Less, sorted, values);
  return isBelow ? b.reduce(ReduceKind::Sum, b.cast(isBelow, b.getI64Type()), {node.rank(isBelow) - 1},
                            /*keepDims=*/false)
                 : Value();
}

} // namespace wasmind::mindir
