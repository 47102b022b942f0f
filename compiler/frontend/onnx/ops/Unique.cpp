#include "compiler/frontend/onnx/Operator.h"

// Distinct elements of the flattened input, or distinct slices along an axis, in ascending order (NaN last) or in that
// of their first occurrence. All pairs are compared.
WASMIND_ONNX_OPERATOR(Unique) {
  Compose &compose = node.compose();
  Value x = node.input(0);
  const bool isWhole = !node.has("axis");
  auto dim = isWhole ? std::optional<int64_t>(0) : node.axisAttribute("axis", 0, node.rank(x));
  if (!dim)
    return Failure();
  if (isWhole)
    x = compose.reshape(x, {graph::productOf(compose.extentsOf(x), compose.getContext())});
  const AffineExpr count = compose.extentsOf(x)[*dim];
  const Type i64 = compose.getI64Type();

  // Slices as rows [count, size].
  Integers toFront{*dim};
  for (int64_t i = 0; i < node.rank(x); ++i)
    if (i != *dim)
      toFront.push_back(i);
  Value rows = compose.flatten(compose.transpose(x, toFront), 1);
  if (!rows)
    return Failure();
  const AffineExpr size = compose.extentsOf(rows)[1];
  if (!node.require(size - 1, "slices without elements are all equal"))
    return Failure();
  Value a = compose.unsqueeze(rows, {1}), b = compose.unsqueeze(rows, {0}); // [count, 1, size], [1, count, size]
  Value differ = compose.compare(CompareKind::NotEqual, a, b), isLess = compose.compare(CompareKind::Less, a, b);
  if (mlir::isa<mlir::FloatType>(compose.elementOf(x))) {
    Value isNoNumberA = compose.unary(UnaryKind::IsNaN, a), isNoNumberB = compose.unary(UnaryKind::IsNaN, b);
    differ = compose.binary(BinaryKind::And, differ,
                            compose.unary(UnaryKind::Not, compose.binary(BinaryKind::And, isNoNumberA, isNoNumberB)));
    isLess = compose.binary(BinaryKind::Or, isLess,
                            compose.binary(BinaryKind::And, isNoNumberB, compose.unary(UnaryKind::Not, isNoNumberA)));
  }
  Value areEqual = compose.unary(UnaryKind::Not, compose.reduce(ReduceKind::Or, differ, {2}, /*keepDims=*/false));
  if (graph::isOne(size)) {
    isLess = compose.squeeze(isLess, {2});
  } else { // the first element that differs decides
    Value first = compose.argReduce(ReduceKind::Max, compose.cast(differ, compose.getI32Type()), 2, /*keepDims=*/true);
    isLess = compose.squeeze(compose.gatherElements(compose.cast(isLess, compose.getI32Type()), first, 2), {2});
    isLess = compose.compare(CompareKind::NotEqual, isLess, compose.scalarLike(isLess, 0));
  }

  // A slice is the first of its kind when it equals none before it: its representative is itself.
  Value own = graph::IotaOp::create(compose, compose.getLoc(), graph::makeTensorType({count}, i64), 0);
  Value representative =
      compose.argReduce(ReduceKind::Max, compose.cast(areEqual, compose.getI32Type()), 1, /*keepDims=*/false);
  Value isFirst = compose.compare(CompareKind::Equal, representative, own);
  // The place of a slice's kind is the number of kinds before it.
  Value isBefore = node.flag("sorted", true) ? compose.transpose(isLess, {1, 0})
                                             : compose.compare(CompareKind::Less, compose.unsqueeze(own, {0}),
                                                               compose.unsqueeze(representative, {1}));
  Value kinds = compose.binary(BinaryKind::And, isBefore, compose.unsqueeze(isFirst, {0}));
  Value place = compose.reduce(ReduceKind::Sum, compose.cast(kinds, i64), {1}, /*keepDims=*/false);
  Value total = compose.reduce(ReduceKind::Sum, compose.cast(isFirst, i64), {0}, /*keepDims=*/false);
  auto found = node.extentOf(total, 0, isWhole ? 0 : *dim, node.bounds(count).max);
  if (!found)
    return Failure();
  compose.require(count - *found, /*isZero=*/false, "more kinds are found than there are slices");
  Value nowhere = compose.reshape(compose.extent(count), Integers{1});
  auto scatter = [&](ScatterKind kind, Value places, Value updates) -> Value {
    return graph::ScatterOp::create(compose, compose.getLoc(), kind, compose.splat({*found}, i64, 0), places, updates);
  };
  Value indices = scatter(ScatterKind::Set, compose.select(isFirst, place, nowhere), own);
  Value counts = scatter(ScatterKind::Add, place, compose.splat({count}, i64, 1));
  return {compose.gather(x, indices, *dim), indices, place, counts};
}
