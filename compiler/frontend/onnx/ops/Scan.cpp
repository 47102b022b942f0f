#include "compiler/frontend/onnx/ControlFlow.h"
#include "llvm/ADT/Sequence.h"

namespace wasmind::onnx {
static std::optional<Integers> perEntry(Node &node, llvm::StringRef attribute, size_t count) {
  Integers values = node.integers(attribute, Integers(count, 0));
  if (values.size() != count)
    return node.fail("attribute '" + attribute + "' has " + llvm::Twine(values.size()) + " entries, not " +
                     llvm::Twine(count));
  return values;
}
} // namespace wasmind::onnx

// States and sequences in; body (states, elements) -> (states, elements); results states, stacked elements.
WASMIND_ONNX_OPERATOR(Scan) {
  if (node.opset() < 9)
    return node.fail("the batched form of opset 8 is not supported; convert the model to a newer opset");
  Compose &compose = node.compose();
  auto inputs = node.inputs();
  const int64_t sequenceCount = node.integer("num_scan_inputs");
  if (sequenceCount < 1 || sequenceCount > int64_t(inputs.size()) || llvm::is_contained(inputs, Value()))
    return node.fail("attribute 'num_scan_inputs' is " + llvm::Twine(sequenceCount) + " of " +
                     llvm::Twine(inputs.size()) + " inputs");
  const size_t stateCount = inputs.size() - sequenceCount, outputs = node.subgraphOutputCount("body");
  if (outputs < stateCount || node.subgraphInputCount("body") != inputs.size())
    return node.fail("the body does not take and give the states");
  const size_t rowCount = outputs - stateCount;
  auto inputAxes = perEntry(node, "scan_input_axes", sequenceCount),
       inputReverse = perEntry(node, "scan_input_directions", sequenceCount);
  auto outputAxes = perEntry(node, "scan_output_axes", rowCount),
       outputReverse = perEntry(node, "scan_output_directions", rowCount);
  if (!inputAxes || !inputReverse || !outputAxes || !outputReverse)
    return Failure();

  AffineExpr length;
  for (int64_t i = 0; i < sequenceCount; ++i) {
    Value sequence = inputs[stateCount + i];
    auto dim = node.axis((*inputAxes)[i], node.rank(sequence));
    if (!dim)
      return Failure();
    (*inputAxes)[i] = *dim;
    AffineExpr extent = compose.extentsOf(sequence)[*dim];
    if (length && !graph::provablyEqual(length, extent))
      return node.fail("sequences of lengths '" + node.text(length) + "' and '" + node.text(extent) + "'");
    length = extent;
  }
  auto results = emitLoop(node, compose.extent(length), Value(), length, llvm::ArrayRef(inputs).take_front(stateCount),
                          [&](Value iteration, llvm::ArrayRef<Value> states) -> std::optional<Iteration> {
                            auto index = [&](bool reverse) {
                              return reverse ? compose.sub(compose.extent(length - 1), iteration) : iteration;
                            };
                            llvm::SmallVector<Value> arguments(states);
                            for (int64_t i = 0; i < sequenceCount; ++i)
                              arguments.push_back(
                                  compose.gather(inputs[stateCount + i], index((*inputReverse)[i]), (*inputAxes)[i]));
                            if (llvm::is_contained(arguments, Value()))
                              return std::nullopt;
                            auto given = node.subgraph("body", arguments);
                            if (!given)
                              return std::nullopt;
                            Iteration result;
                            result.carried.assign(given->begin(), given->begin() + stateCount);
                            for (size_t row = 0; row < rowCount; ++row)
                              result.rows.push_back({(*given)[stateCount + row], index((*outputReverse)[row])});
                            return result;
                          });
  if (!results)
    return Failure();
  for (size_t row = 0; row < rowCount; ++row) {
    Value &stacked = (*results)[stateCount + row];
    const int64_t rank = node.rank(stacked);
    auto dim = node.axis((*outputAxes)[row], rank);
    if (!dim)
      return Failure();
    Integers permutation = llvm::to_vector(llvm::seq<int64_t>(1, rank));
    permutation.insert(permutation.begin() + *dim, 0);
    stacked = compose.transpose(stacked, permutation);
  }
  return *results;
}
