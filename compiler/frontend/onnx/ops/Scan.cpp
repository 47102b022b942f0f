#include "compiler/frontend/onnx/ControlFlow.h"
#include "llvm/ADT/Sequence.h"

namespace wasmind::onnx {
namespace {

std::optional<Integers> perEntry(Node &node, llvm::StringRef attribute, size_t count) {
  Integers values = node.integers(attribute, Integers(count, 0));
  if (values.size() != count)
    return node.fail("attribute '" + attribute + "' has " + llvm::Twine(values.size()) + " entries, not " +
                     llvm::Twine(count));
  return values;
}

// Along which axes sequences are read and rows stacked, and whether from the end.
struct Order {
  Integers inputAxes, inputReverse, outputAxes, outputReverse;
};

// body (states, elements) -> (states, elements); gives the last states and the stacked elements.
std::optional<llvm::SmallVector<Value>> scan(Node &node, llvm::ArrayRef<Value> states, llvm::ArrayRef<Value> sequences,
                                             Order order) {
  Compose &compose = node.compose();
  const size_t stateCount = states.size(), rowCount = order.outputAxes.size();
  AffineExpr length;
  for (auto [sequence, axis] : llvm::zip(sequences, order.inputAxes)) {
    auto dim = node.axis(axis, node.rank(sequence));
    if (!dim)
      return std::nullopt;
    axis = *dim;
    AffineExpr extent = compose.extentsOf(sequence)[*dim];
    if (length && !compose.equate(length, extent))
      return node.fail("sequences of lengths '" + node.text(length) + "' and '" + node.text(extent) + "'");
    length = extent;
  }
  auto results =
      emitLoop(node, compose.extent(length), Value(), length, states,
               [&](Value iteration, llvm::ArrayRef<Value> carried) -> std::optional<Iteration> {
                 auto index = [&](bool reverse) {
                   return reverse ? compose.sub(compose.extent(length - 1), iteration) : iteration;
                 };
                 llvm::SmallVector<Value> arguments(carried);
                 for (auto [sequence, axis, reverse] : llvm::zip(sequences, order.inputAxes, order.inputReverse))
                   arguments.push_back(compose.gather(sequence, index(reverse), axis));
                 if (llvm::is_contained(arguments, Value()))
                   return std::nullopt;
                 auto given = node.subgraphOfTensors("body", arguments);
                 if (!given)
                   return std::nullopt;
                 Iteration result;
                 result.carried.assign(given->begin(), given->begin() + stateCount);
                 for (size_t row = 0; row < rowCount; ++row)
                   result.rows.push_back({(*given)[stateCount + row], index(order.outputReverse[row])});
                 return result;
               });
  for (size_t row = 0; results && row < rowCount; ++row) {
    Value &stacked = (*results)[stateCount + row];
    const int64_t rank = node.rank(stacked);
    auto dim = node.axis(order.outputAxes[row], rank);
    if (!dim)
      return std::nullopt;
    Integers permutation = llvm::to_vector(llvm::seq<int64_t>(1, rank));
    permutation.insert(permutation.begin() + *dim, 0);
    stacked = compose.transpose(stacked, permutation);
  }
  return results;
}

} // namespace
} // namespace wasmind::onnx

// States and sequences in, states and stacked elements out. In opset 8 all of them begin with a batch, whose entries
// are scanned one by one, and the lengths of the sequences come first.
WASMIND_ONNX_OPERATOR(Scan) {
  Compose &compose = node.compose();
  const bool isBatched = node.opset() < 9;
  auto inputs = node.inputs();
  if (isBatched && node.hasInput(0))
    return node.fail("sequence_lens (input 0) is not supported; convert the model to opset 9 or later");
  if (isBatched && !inputs.empty())
    inputs.erase(inputs.begin());
  const int64_t sequenceCount = node.integer("num_scan_inputs");
  if (sequenceCount < 1 || sequenceCount > int64_t(inputs.size()) || llvm::is_contained(inputs, Value()))
    return node.fail("attribute 'num_scan_inputs' is " + llvm::Twine(sequenceCount) + " of " +
                     llvm::Twine(inputs.size()) + " inputs");
  const size_t stateCount = inputs.size() - sequenceCount, outputs = node.subgraphOutputCount("body");
  if (outputs < stateCount || node.subgraphInputCount("body") != inputs.size())
    return node.fail("the body does not take and give the states");
  const size_t rowCount = outputs - stateCount;
  auto inputAxes = perEntry(node, "scan_input_axes", sequenceCount),
       inputReverse = perEntry(node, isBatched ? "directions" : "scan_input_directions", sequenceCount);
  auto outputAxes = perEntry(node, "scan_output_axes", rowCount),
       outputReverse = perEntry(node, "scan_output_directions", rowCount);
  if (!inputAxes || !inputReverse || !outputAxes || !outputReverse)
    return Failure();
  const Order order{*inputAxes, *inputReverse, *outputAxes, *outputReverse};
  auto scanAll = [&](llvm::ArrayRef<Value> values) {
    return scan(node, values.take_front(stateCount), values.drop_front(stateCount), order);
  };
  if (!isBatched) {
    auto results = scanAll(inputs);
    return results ? Results(*results) : Failure();
  }
  for (Value input : inputs)
    if (node.rank(input) < 1)
      return node.fail("an input without a batch dimension");
  const AffineExpr batch = compose.extentsOf(inputs.front())[0];
  auto results = emitLoop(node, compose.extent(batch), Value(), batch, {},
                          [&](Value iteration, llvm::ArrayRef<Value>) -> std::optional<Iteration> {
                            llvm::SmallVector<Value> entries;
                            for (Value input : inputs)
                              entries.push_back(compose.gather(input, iteration, 0));
                            auto given = scanAll(entries);
                            if (!given)
                              return std::nullopt;
                            Iteration result;
                            for (Value value : *given)
                              result.rows.push_back({value, iteration});
                            return result;
                          });
  return results ? Results(*results) : Failure();
}
