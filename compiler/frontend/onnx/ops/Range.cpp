#include "compiler/frontend/onnx/Elementwise.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

namespace wasmind::onnx {
namespace {

// How many elements there are where all three are known, or run-time extents of which it is certain.
std::optional<AffineExpr> knownCount(Node &node) {
  Compose &compose = node.compose();
  if (isFloat(node, node.input(0))) {
    double values[3];
    for (unsigned i = 0; i < 3; ++i) {
      auto data = graph::constantDataOf(node.input(i));
      if (!data || data->elementCount != 1)
        return std::nullopt;
      values[i] = data->asDouble(0);
    }
    auto [start, limit, delta] = values;
    const double steps = delta == 0 ? -1 : std::ceil((limit - start) / delta);
    if (delta == 0 || !(steps < 1e12))
      return node.fail(llvm::formatv("a range from {0} to {1} by {2}", start, limit, delta).str());
    return compose.getAffineConstantExpr(std::max<int64_t>(int64_t(steps), 0));
  }
  auto start = graph::shapeValue(node.input(0)), limit = graph::shapeValue(node.input(1)),
       delta = graph::shapeValue(node.input(2));
  auto step = delta ? graph::constantOf(delta->front()) : std::nullopt;
  if (step == 0 || step == INT64_MIN)
    return node.fail("delta must not be 0");
  if (!start || !limit || !step)
    return std::nullopt;
  auto distance =
      *step > 0 ? node.distance(start->front(), limit->front()) : node.distance(limit->front(), start->front());
  if (!distance)
    return std::nullopt;
  return (*distance + (std::abs(*step) - 1)).floorDiv(std::abs(*step));
}

} // namespace
} // namespace wasmind::onnx

// start, start + delta, ... before limit.
WASMIND_ONNX_OPERATOR(Range) {
  Compose &compose = node.compose();
  Value ends[3];
  for (unsigned i = 0; i < 3; ++i) {
    ends[i] = compose.reshape(node.input(i), Integers());
    if (!ends[i])
      return node.fail("start, limit and delta must be scalars");
  }
  auto [start, limit, delta] = ends;
  auto count = knownCount(node);
  if (node.failed())
    return Failure();
  if (!count) { // ceil(distance / delta), nothing where that is negative
    Value steps;
    if (isFloat(node, start)) {
      steps = compose.unary(UnaryKind::Ceil, compose.div(compose.sub(limit, start), delta));
      steps = compose.cast(steps, compose.getI64Type());
    } else {
      auto wide = [&](Value x) { return compose.cast(x, compose.getI64Type()); };
      steps = compose.unary(UnaryKind::Neg,
                            compose.binary(BinaryKind::FloorDiv, compose.sub(wide(start), wide(limit)), wide(delta)));
    }
    count = node.extentOf(compose.maximum(steps, compose.scalarLike(steps, 0)), 0, 0);
    if (!count)
      return Failure();
  }
  Type element = compose.elementOf(start);
  Value steps = graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType(*count, element), 0);
  return compose.add(compose.mul(steps, compose.reshape(delta, Integers{1})), compose.reshape(start, Integers{1}));
}
