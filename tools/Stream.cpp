//===- Stream.cpp -------------------------------------------------------------------------------------------------===//
#include "tools/Stream.h"
#include "tools/Refusal.h"
#include <algorithm>

namespace wasmind::tools {

Stream::Stream(std::vector<Array> &arrays, const Signature::Function &entry) : arrays(arrays) {
  const Signature::Tensor *first = nullptr;
  for (size_t index = 0; index < arrays.size(); ++index) {
    const Signature::Tensor &input = entry.inputs[index];
    isStreamed.push_back(arrays[index].shape.size() == input.bounds.size() + 1);
    if (!isStreamed.back())
      continue;
    const auto length = size_t(arrays[index].shape[0]);
    if (first && length != runCount)
      throw Refusal("--stream: input '" + first->name + "' has " + std::to_string(runCount) + " runs and '" +
                    input.name + "' has " + std::to_string(length));
    first = &input;
    runCount = length;
  }
  if (!first)
    throw Refusal("--stream: no array has one axis more than its input; the leading one counts the runs");
  if (runCount == 0)
    throw Refusal("--stream: input '" + first->name + "' has no runs, its leading axis is 0");
}

std::vector<Tensor> Stream::inputsOf(size_t run) {
  std::vector<Tensor> views;
  for (size_t index = 0; index < arrays.size(); ++index) {
    Array &array = arrays[index];
    if (!isStreamed[index]) {
      views.push_back(array.view());
      continue;
    }
    const size_t byteLength = array.bytes.size() / runCount;
    views.emplace_back(array.dtype, std::vector<int64_t>(array.shape.begin() + 1, array.shape.end()),
                       array.bytes.data() + run * byteLength, byteLength);
  }
  return views;
}

void StackedOutputs::add(const std::vector<Tensor> &outputs) {
  for (size_t index = 0; index < outputs.size(); ++index) {
    Array next = Array::copyOf(outputs[index]), &stacked = arrays[index];
    if (stacked.shape.empty()) {
      stacked = std::move(next);
      stacked.shape.insert(stacked.shape.begin(), 1);
      continue;
    }
    if (!std::equal(next.shape.begin(), next.shape.end(), stacked.shape.begin() + 1, stacked.shape.end()))
      throw Refusal("--stream: output '" + entry.outputs[index].name + "' is " + describeShape(next.shape) +
                    " in run " + std::to_string(stacked.shape[0]) +
                    " and had another shape before; it cannot be stacked");
    stacked.bytes.insert(stacked.bytes.end(), next.bytes.begin(), next.bytes.end());
    ++stacked.shape[0];
  }
}

} // namespace wasmind::tools
