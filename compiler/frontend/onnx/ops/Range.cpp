#include "compiler/frontend/onnx/Elementwise.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

// start, start + delta, ... before limit. The number of elements must follow from shapes.
WASMIND_ONNX_OPERATOR(Range) {
  Compose &compose = node.compose();
  AffineExpr count;
  if (isFloat(node, node.input(0))) {
    auto start = node.constantReal(0, "start"), limit = node.constantReal(1, "limit"),
         delta = node.constantReal(2, "delta");
    if (!start || !limit || !delta)
      return Failure();
    const double steps = *delta == 0 ? -1 : std::ceil((*limit - *start) / *delta);
    if (*delta == 0 || !(steps < 1e12))
      return node.fail(llvm::formatv("a range from {0} to {1} by {2}", *start, *limit, *delta).str());
    count = compose.getAffineConstantExpr(std::max<int64_t>(int64_t(steps), 0));
  } else {
    auto start = node.shape(0, "start"), limit = start ? node.shape(1, "limit") : std::nullopt;
    auto delta = limit ? node.constantInteger(2, "delta") : std::nullopt;
    if (!delta)
      return Failure();
    if (start->size() != 1 || limit->size() != 1 || *delta == 0 || *delta == INT64_MIN)
      return node.fail("start and limit must be scalars, delta not 0");
    auto distance =
        *delta > 0 ? node.distance(start->front(), limit->front()) : node.distance(limit->front(), start->front());
    if (!distance)
      return Failure();
    count = (*distance + (std::abs(*delta) - 1)).floorDiv(std::abs(*delta));
  }
  Type element = compose.elementOf(node.input(0));
  Value steps = graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType(count, element), 0);
  Value start = compose.reshape(node.input(0), Integers{1}), delta = compose.reshape(node.input(2), Integers{1});
  return compose.add(compose.mul(steps, delta), start);
}
