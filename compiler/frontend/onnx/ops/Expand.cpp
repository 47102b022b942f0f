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
  x = compose.reshape(x, extents);
  for (auto [dim, own, wanted] : llvm::enumerate(extents, *target)) {
    if (graph::isOne(wanted) || graph::provablyEqual(own, wanted))
      continue;
    if (!node.require(wanted, "the extent '" + node.text(wanted) + "' may be negative"))
      return Failure();
    if (graph::isOne(own)) {
      own = wanted;
      continue;
    }
    const auto ownRange = node.bounds(own), wantedRange = node.bounds(wanted);
    if (ownRange.min < 2 && ownRange.max > 1 && wantedRange.max > 1) {
      // Each of the two may be 1: the other one is the result's.
      Value isOne = compose.compare(CompareKind::Equal, compose.extent(own), compose.scalar(compose.getI64Type(), 1));
      Value other = ownRange.min < 1 || wantedRange.min < 1
                        ? compose.select(isOne, compose.extent(wanted), compose.extent(own))
                        : compose.maximum(compose.extent(own), compose.extent(wanted));
      auto larger = node.extentOf(other, 0, dim, std::max(ownRange.max, wantedRange.max));
      if (!larger)
        return Failure();
      compose.require((wanted - 1) * (wanted - *larger), /*isZero=*/true,
                      "an extent of '" + node.text(own) + "' does not expand to '" + node.text(wanted) + "'");
      x = compose.repeatOne(x, dim, *larger);
      own = *larger;
    } else if (wantedRange.min > 1 && !compose.equate(own, wanted)) {
      return node.fail("an extent of '" + node.text(own) + "' does not expand to '" + node.text(wanted) + "'");
    } else if (wantedRange.min <= 1 && (wantedRange.max > 1 || wantedRange.min < 1) &&
               !compose.require((wanted - 1) * (wanted - own), /*isZero=*/true,
                                "an extent of '" + node.text(own) + "' does not expand to '" + node.text(wanted) +
                                    "'")) {
      return node.fail("an extent of '" + node.text(own) + "' may not expand to '" + node.text(wanted) +
                       "', which is only known where a branch is taken");
    }
  }
  return compose.broadcastTo(x, extents);
}
