#include "compiler/frontend/onnx/Operator.h"

WASMIND_ONNX_OPERATOR(Expand) {
  auto target = node.shape(1, "shape");
  if (!target)
    return Failure();
  Compose &compose = node.compose();
  Value x = node.input(0);
  // Broadcasting is mutual: an extent of 1 in the shape keeps that of the input.
  Extents extents = compose.extentsOf(x);
  const size_t rank = std::max(extents.size(), target->size());
  extents.insert(extents.begin(), rank - extents.size(), compose.getAffineConstantExpr(1));
  target->insert(target->begin(), rank - target->size(), compose.getAffineConstantExpr(1));
  for (auto [own, wanted] : llvm::zip(extents, *target)) {
    if (graph::isOne(wanted) || graph::provablyEqual(own, wanted))
      continue;
    if (!graph::isOne(own))
      return node.fail("an extent of '" + node.text(own) + "' does not expand to '" + node.text(wanted) + "'");
    if (node.bounds(wanted).min < 0)
      return node.fail("the extent '" + node.text(wanted) + "' may be negative");
    own = wanted;
  }
  return compose.broadcastTo(x, extents);
}
