#include "compiler/frontend/onnx/ControlFlow.h"
#include "compiler/graph/ShapeValues.h"

namespace wasmind::onnx {
namespace {

constexpr int64_t unrolledIterations = 16;
// What unrolling comes to: the loop's results, or nothing where a condition depends on data.
struct Unrolled {
  std::optional<Results> results;
  bool keepsTypes = true; // whether the carried values had their first types all the time
};

// At most `count` iterations written out one after the other, until the condition is false: carried values may change
// shape. The condition after the last one does not matter where `count` is the loop's own.
Unrolled unroll(Node &node, int64_t count, bool isWhole, llvm::ArrayRef<Value> initial, unsigned rowCount) {
  Compose &compose = node.compose();
  Unrolled unrolled;
  llvm::SmallVector<Value> carried(initial);
  llvm::SmallVector<llvm::SmallVector<Value>> rows(rowCount);
  bool ends = false;
  for (int64_t i = 0; i < count && !ends; ++i) {
    llvm::SmallVector<Value> arguments{compose.scalar(compose.getI64Type(), i), compose.scalar(compose.getI1Type(), 1)};
    arguments.append(carried);
    auto values = node.subgraph("body", arguments);
    if (!values) {
      unrolled.results = Failure();
      return unrolled;
    }
    carried.assign(values->begin() + 1, values->begin() + 1 + carried.size());
    unrolled.keepsTypes &= mlir::ValueRange(carried).getTypes() == mlir::ValueRange(initial).getTypes();
    for (unsigned row = 0; row < rowCount; ++row)
      rows[row].push_back(compose.unsqueeze((*values)[1 + carried.size() + row], {0}));
    ends = isWhole && i + 1 == count;
    if (ends)
      break;
    auto proceed = node.constantCondition(values->front());
    if (!proceed)
      return unrolled;
    ends = !*proceed;
  }
  if (!ends)
    return unrolled;
  llvm::SmallVector<Value> results(carried);
  for (auto &row : rows)
    results.push_back(compose.concat(row, 0));
  unrolled.results = Results(results);
  return unrolled;
}

} // namespace
} // namespace wasmind::onnx

// Inputs M, cond, v...; body (iteration, cond, v...) -> (cond, v..., rows...); results v..., stacked rows....
WASMIND_ONNX_OPERATOR(Loop) {
  Compose &compose = node.compose();
  llvm::SmallVector<Value> carried;
  for (unsigned i = 2; i < node.inputCount(); ++i)
    carried.push_back(node.input(i));
  if (llvm::is_contained(carried, Value()))
    return node.fail("a carried value is left empty");
  const unsigned outputs = node.subgraphOutputCount("body");
  if (node.subgraphInputCount("body") != carried.size() + 2 || outputs < carried.size() + 1)
    return node.fail("the body does not take and give the " + llvm::Twine(carried.size()) + " carried values");
  const unsigned rowCount = outputs - 1 - carried.size();

  Value condition = node.input(1);
  auto known = condition ? node.constantCondition(condition) : std::optional(true);
  std::optional<AffineExpr> trips;
  if (node.hasInput(0))
    if (auto count = graph::shapeValue(node.input(0)); count && count->size() == 1)
      trips = count->front();
  auto constantTrips = trips ? graph::constantOf(*trips) : std::nullopt;
  const bool isSkipped = known == false || (constantTrips && *constantTrips <= 0);
  if (isSkipped && rowCount == 0)
    return carried;
  if (isSkipped) { // the body tells the shape of the rows that are not there
    trips = compose.getAffineConstantExpr(0);
    constantTrips = std::nullopt;
    known = true;
    condition = Value();
  }
  const bool startsTrue = known.value_or(false);
  if (startsTrue && constantTrips && *constantTrips <= unrolledIterations) {
    Unrolled unrolled = unroll(node, *constantTrips, /*isWhole=*/true, carried, rowCount);
    if (unrolled.results)
      return *unrolled.results;
  }

  Value tripCount = isSkipped          ? compose.scalar(compose.getI64Type(), 0)
                    : node.hasInput(0) ? compose.cast(toScalar(node, node.input(0)), compose.getI64Type())
                                       : compose.scalar(compose.getI64Type(), double(int64_t(1) << 52));
  // Rows are stacked up to a bound of their number, and counted.
  const bool countsRows = rowCount > 0 && !isSkipped;
  AffineExpr rows = compose.getAffineConstantExpr(0);
  if (countsRows) {
    const auto range = trips ? node.bounds(*trips) : graph::valueBounds(tripCount);
    rows = compose.getAffineConstantExpr(node.boundsFor(carried.size(), 0, range).max);
    carried.push_back(compose.scalar(compose.getI64Type(), 0));
  }
  const size_t valueCount = carried.size() - countsRows;
  auto results =
      emitLoop(node, tripCount, toScalar(node, condition), rows, carried,
               [&](Value iteration, llvm::ArrayRef<Value> values) -> std::optional<Iteration> {
                 llvm::SmallVector<Value> arguments{iteration, compose.scalar(compose.getI1Type(), 1)};
                 arguments.append(values.begin(), values.begin() + valueCount);
                 auto given = node.subgraph("body", arguments);
                 if (!given)
                   return std::nullopt;
                 Iteration result;
                 result.proceed = toScalar(node, given->front());
                 result.carried.assign(given->begin() + 1, given->begin() + 1 + valueCount);
                 if (countsRows)
                   result.carried.push_back(compose.add(values.back(), compose.scalarLike(values.back(), 1)));
                 for (unsigned row = 0; row < rowCount; ++row)
                   result.rows.push_back({(*given)[1 + valueCount + row], iteration});
                 return result;
               });
  if (!results || !countsRows)
    return results ? Results(*results) : Failure();
  auto count = node.extentOf((*results)[valueCount], valueCount, 0, *graph::constantOf(rows));
  if (!count)
    return Failure();
  results->erase(results->begin() + valueCount);
  for (unsigned row = 0; row < rowCount; ++row) {
    Value &stacked = (*results)[valueCount + row];
    stacked = compose.sliceDim(stacked, 0, compose.getAffineConstantExpr(0), *count);
  }
  return *results;
}
