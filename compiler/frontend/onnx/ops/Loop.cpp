#include "compiler/frontend/onnx/ControlFlow.h"

namespace wasmind::onnx {
namespace {

constexpr int64_t unrolledIterations = 16;

// Iterations written out one after the other: carried values may change shape.
Results unroll(Node &node, int64_t count, llvm::SmallVector<Value> carried, unsigned rowCount) {
  Compose &compose = node.compose();
  llvm::SmallVector<llvm::SmallVector<Value>> rows(rowCount);
  for (int64_t i = 0; i < count; ++i) {
    llvm::SmallVector<Value> arguments{compose.scalar(compose.getI64Type(), i), compose.scalar(compose.getI1Type(), 1)};
    arguments.append(carried);
    auto values = node.subgraph("body", arguments);
    if (!values)
      return Failure();
    carried.assign(values->begin() + 1, values->begin() + 1 + carried.size());
    for (unsigned row = 0; row < rowCount; ++row)
      rows[row].push_back(compose.unsqueeze((*values)[1 + carried.size() + row], {0}));
    auto proceed = node.constantCondition(values->front());
    if (!proceed)
      return node.fail("the loop's condition depends on data while its values change shape or are stacked");
    if (!*proceed)
      break;
  }
  llvm::SmallVector<Value> results(carried);
  for (auto &row : rows) {
    if (row.empty())
      return node.fail("stacks the rows of no iteration, whose shape is not known");
    results.push_back(compose.concat(row, 0));
  }
  return results;
}

bool passesCondition(Node &node, Value proceed) { return node.constantCondition(proceed).value_or(false); }

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
  const bool startsTrue = !condition || node.constantCondition(condition).value_or(false);
  if (condition && node.constantCondition(condition) == false && rowCount == 0)
    return carried;
  std::optional<AffineExpr> trips;
  if (node.hasInput(0))
    if (auto count = graph::shapeValue(node.input(0)); count && count->size() == 1)
      trips = count->front();
  auto constantTrips = trips ? graph::constantOf(*trips) : std::nullopt;
  if (startsTrue && constantTrips && *constantTrips > 0 && *constantTrips <= unrolledIterations)
    return unroll(node, *constantTrips, carried, rowCount);

  if (rowCount > 0 && (!trips || !startsTrue))
    return node.fail(
        "stacks the results of a number of iterations that depends on data; memory is planned while compiling");
  Value tripCount = node.hasInput(0) ? compose.cast(toScalar(node, node.input(0)), compose.getI64Type())
                                     : compose.scalar(compose.getI64Type(), double(int64_t(1) << 52));
  if (rowCount > 0 && !node.ensureAtLeast(*trips, 0))
    return node.fail("a negative number of iterations");
  auto results = emitLoop(
      node, tripCount, toScalar(node, condition), trips.value_or(AffineExpr()), carried,
      [&](Value iteration, llvm::ArrayRef<Value> values) -> std::optional<Iteration> {
        llvm::SmallVector<Value> arguments{iteration, compose.scalar(compose.getI1Type(), 1)};
        arguments.append(values.begin(), values.end());
        auto given = node.subgraph("body", arguments);
        if (!given)
          return std::nullopt;
        if (rowCount > 0 && !passesCondition(node, given->front()))
          return node.fail(
              "stacks the results of a number of iterations that depends on data; memory is planned while compiling");
        Iteration result;
        result.proceed = toScalar(node, given->front());
        result.carried.assign(given->begin() + 1, given->begin() + 1 + values.size());
        for (unsigned row = 0; row < rowCount; ++row)
          result.rows.push_back({(*given)[1 + values.size() + row], iteration});
        return result;
      });
  return results ? Results(*results) : Failure();
}
