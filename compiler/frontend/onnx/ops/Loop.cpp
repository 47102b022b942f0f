#include "compiler/frontend/onnx/ControlFlow.h"
#include "compiler/graph/ShapeValues.h"

namespace wasmind::onnx {
namespace {

// Loops that carry sequences are unrolled further: in the graph, these can neither grow nor shrink from one iteration
// to the next.
constexpr int64_t unrolledIterations = 16, unrolledSequenceIterations = 1024;

// At most `count` iterations written out one after the other, until the condition is false: carried values may change
// shape. The condition after the last one does not matter. Nothing where another one depends on data.
std::optional<Results> unroll(Node &node, int64_t count, llvm::ArrayRef<Datum> initial, unsigned rowCount) {
  Compose &compose = node.compose();
  Data carried(initial);
  llvm::SmallVector<llvm::SmallVector<Value>> rows(rowCount);
  for (int64_t i = 0; i < count; ++i) {
    Data arguments{compose.scalar(compose.getI64Type(), i), compose.scalar(compose.getI1Type(), 1)};
    arguments.append(carried);
    auto given = node.subgraph("body", arguments);
    if (!given)
      return Failure();
    if (!given->front().isTensor())
      return node.fail("the condition that the body gives is " + given->front().text());
    carried.assign(given->begin() + 1, given->begin() + 1 + carried.size());
    for (unsigned row = 0; row < rowCount; ++row) {
      const Datum &entry = (*given)[1 + carried.size() + row];
      if (!entry.isTensor())
        return node.fail("result " + llvm::Twine(row) + " that the body gives to be stacked is " + entry.text());
      rows[row].push_back(compose.unsqueeze(entry.tensor(), {0}));
    }
    if (i + 1 == count)
      break;
    auto proceed = node.constantCondition(given->front().tensor());
    if (!proceed)
      return std::nullopt;
    if (!*proceed)
      break;
  }
  Data results(carried);
  for (auto &row : rows)
    results.push_back(compose.concat(row, 0));
  return Results(results);
}

} // namespace
} // namespace wasmind::onnx

// Inputs M, cond, v...; body (iteration, cond, v...) -> (cond, v..., rows...); results v..., stacked rows....
WASMIND_ONNX_OPERATOR(Loop) {
  Compose &compose = node.compose();
  Data initial;
  for (unsigned i = 2; i < node.inputCount(); ++i)
    initial.push_back(node.datum(i));
  if (llvm::any_of(initial, [](const Datum &datum) { return !datum; }))
    return node.fail("a carried value is left empty");
  const unsigned outputs = node.subgraphOutputCount("body");
  if (node.subgraphInputCount("body") != initial.size() + 2 || outputs < initial.size() + 1)
    return node.fail("the body does not take and give the " + llvm::Twine(initial.size()) + " carried values");
  const unsigned rowCount = outputs - 1 - initial.size();

  Value condition = node.input(1);
  auto known = condition ? node.constantCondition(condition) : std::optional(true);
  std::optional<AffineExpr> trips;
  if (node.hasInput(0))
    if (auto count = graph::shapeValue(node.input(0)); count && count->size() == 1)
      trips = count->front();
  auto constantTrips = trips ? graph::constantOf(*trips) : std::nullopt;
  const bool isSkipped = known == false || (constantTrips && *constantTrips <= 0);
  if (isSkipped && rowCount == 0)
    return initial;
  if (isSkipped) { // the body tells the shape of the rows that are not there
    trips = compose.getAffineConstantExpr(0);
    constantTrips = std::nullopt;
    known = true;
    condition = Value();
  }
  const bool carriesTensors = llvm::all_of(initial, [](const Datum &datum) { return datum.isTensor(); });
  const bool startsTrue = known.value_or(false);
  if (startsTrue && constantTrips &&
      *constantTrips <= (carriesTensors ? unrolledIterations : unrolledSequenceIterations))
    if (auto results = unroll(node, *constantTrips, initial, rowCount))
      return *results;
  if (node.failed())
    return Failure();

  Value tripCount = isSkipped          ? compose.scalar(compose.getI64Type(), 0)
                    : node.hasInput(0) ? compose.cast(toScalar(node, node.input(0)), compose.getI64Type())
                                       : compose.scalar(compose.getI64Type(), double(int64_t(1) << 52));
  llvm::SmallVector<Value> carried = flatten(initial);
  llvm::SmallVector<std::string> names = node.namesOf(initial);
  const size_t valueCount = carried.size(), firstRow = initial.size();
  // Rows are stacked up to a bound of their number, and counted.
  const bool countsRows = rowCount > 0 && !isSkipped;
  AffineExpr rows = compose.getAffineConstantExpr(0);
  if (countsRows) {
    const auto range = trips ? node.bounds(*trips) : graph::valueBounds(tripCount);
    rows = compose.getAffineConstantExpr(node.boundsFor(firstRow, 0, {0, range.max}).max); // the condition may end it
    carried.push_back(compose.scalar(compose.getI64Type(), 0));
    names.push_back(node.nameOfOutput(firstRow));
  }
  auto results = emitLoop(
      node, tripCount, toScalar(node, condition), rows, carried,
      [&](Value iteration, llvm::ArrayRef<Value> values) -> std::optional<Iteration> {
        Data arguments{iteration, compose.scalar(compose.getI1Type(), 1)};
        arguments.append(rebuild(initial, values.take_front(valueCount)));
        auto given = node.subgraph("body", arguments);
        if (!given)
          return std::nullopt;
        if (!given->front().isTensor())
          return node.fail("the condition that the body gives is " + given->front().text());
        const auto next = llvm::ArrayRef<Datum>(*given).slice(1, firstRow);
        for (auto [i, before, after] : llvm::enumerate(initial, next))
          if (!haveOneForm(before, after))
            return node.fail("carried value " + llvm::Twine(i) + " changes from " + before.text() + " to " +
                             after.text() + " in a loop of which only the run knows how often it runs" +
                             node.advice(tripCount));
        Iteration result;
        result.proceed = toScalar(node, given->front().tensor());
        // Years, however short the body.
        constexpr int64_t endless = int64_t(1) << 44;
        const bool isCounted = node.hasInput(0) && (!constantTrips || *constantTrips < endless);
        if (!isSkipped && !isCounted && node.constantCondition(result.proceed) == true)
          return node.fail("the loop never ends: its body always goes on, and " +
                           (constantTrips ? "it may run " + std::to_string(*constantTrips) + " times"
                                          : std::string("nothing says how often it runs")));
        result.carried = flatten(next);
        if (countsRows)
          result.carried.push_back(compose.add(values.back(), compose.scalarLike(values.back(), 1)));
        for (unsigned row = 0; row < rowCount; ++row) {
          const Datum &entry = (*given)[1 + firstRow + row];
          if (!entry.isTensor())
            return node.fail("result " + llvm::Twine(row) + " that the body gives to be stacked is " + entry.text());
          result.rows.push_back({entry.tensor(), iteration});
        }
        return result;
      },
      names);
  if (!results)
    return Failure();
  std::optional<AffineExpr> count;
  if (countsRows) {
    count = node.extentOf((*results)[valueCount], firstRow, 0, *graph::constantOf(rows));
    if (!count)
      return Failure();
    results->erase(results->begin() + valueCount);
  }
  Data data = rebuild(initial, llvm::ArrayRef<Value>(*results).take_front(valueCount));
  for (Value stacked : llvm::ArrayRef<Value>(*results).drop_front(valueCount))
    data.push_back(countsRows ? compose.sliceDim(stacked, 0, compose.getAffineConstantExpr(0), *count) : stacked);
  return data;
}
