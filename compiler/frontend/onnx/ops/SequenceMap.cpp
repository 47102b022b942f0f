#include "compiler/frontend/onnx/Operator.h"

// The body runs once per tensor of input 0: on it and on the tensor in the same place of every other sequence, and on
// the tensors among the inputs as they are. The elements may have different shapes, so the body is emitted for each.
WASMIND_ONNX_OPERATOR(SequenceMap) {
  auto first = node.sequence(0);
  if (!first)
    return Failure();
  const size_t count = first->tensors.size();
  Data inputs;
  for (unsigned i = 0; i < node.inputCount(); ++i) {
    inputs.push_back(node.datum(i));
    if (auto *sequence = inputs.back().sequence(); sequence && sequence->tensors.size() != count)
      return node.fail("input " + llvm::Twine(i) + " is " + inputs.back().text() + ", input 0 " +
                       inputs.front().text());
  }
  llvm::SmallVector<Sequence> results(node.subgraphOutputCount("body"));
  for (size_t i = 0; i < count; ++i) {
    llvm::SmallVector<Value> arguments;
    for (const Datum &input : inputs)
      arguments.push_back(input.sequence() ? input.sequence()->tensors[i] : input.tensor());
    auto given = node.subgraphOfTensors("body", arguments);
    if (!given)
      return Failure();
    for (auto [result, value] : llvm::zip(results, *given)) {
      result.tensors.push_back(value);
      result.element = node.compose().elementOf(value);
    }
  }
  return Data(results.begin(), results.end());
}
