//===- Stream.cpp -------------------------------------------------------------------------------------------------===//
#include "tools/Stream.h"
#include "abi/Signature.h"
#include "tools/Refusal.h"
#include <algorithm>
#include <optional>

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

namespace {

/// The leading `extent` elements along an axis.
Array leading(const Tensor &tensor, size_t axis, int64_t extent) {
  Array cut{tensor.dtype(), tensor.shape(), {}};
  size_t rows = 1, inner = byteWidth(tensor.dtype());
  for (size_t at = 0; at < cut.shape.size(); ++at)
    (at < axis ? rows : inner) *= at == axis ? 1 : size_t(cut.shape[at]);
  const size_t from = inner * size_t(cut.shape[axis]), to = inner * size_t(extent);
  const auto *bytes = reinterpret_cast<const uint8_t *>(tensor.data());
  for (size_t row = 0; row < rows; ++row)
    cut.bytes.insert(cut.bytes.end(), bytes + row * from, bytes + row * from + to);
  cut.shape[axis] = extent;
  return cut;
}

} // namespace

void cutToState(const Instance &instance, size_t function, std::vector<Tensor> &inputs, std::vector<Array> &storage) {
  const Signature &signature = instance.model().signature();
  const abi::Signature contract = *abi::parseSignature(signature.json); // loading has parsed it
  const std::vector<Signature::Tensor> &specs = signature.functions[function].inputs;
  std::vector<std::optional<int64_t>> values(contract.dims.size());
  for (size_t dim = 0; dim < values.size(); ++dim)
    if (contract.dims[dim].isKept())
      values[dim] = *instance.extent(dim);
  for (size_t index = 0; index < inputs.size(); ++index)
    for (size_t axis = 0; axis < std::min(inputs[index].shape().size(), specs[index].dims.size()); ++axis)
      if (const int32_t dim = specs[index].dims[axis];
          dim >= 0 && !contract.dims[size_t(dim)].isKept() && !contract.dims[size_t(dim)].equals)
        values[size_t(dim)] = inputs[index].shape()[axis];
  auto wantedOf = [&](size_t dim) -> std::optional<int64_t> {
    const std::optional<abi::DimSum> &equals = contract.dims[dim].equals;
    if (!equals)
      return contract.dims[dim].isKept() ? values[dim] : std::nullopt;
    int64_t sum = equals->plus;
    for (const abi::DimSum::Term &term : equals->terms) {
      const std::optional<int64_t> &value = values[*contract.findDim(term.dim)];
      if (!value)
        return std::nullopt;
      sum += term.times * *value;
    }
    return sum;
  };
  storage.clear();
  for (size_t index = 0; index < inputs.size(); ++index)
    for (size_t axis = 0; axis < std::min(inputs[index].shape().size(), specs[index].dims.size()); ++axis)
      if (const int32_t dim = specs[index].dims[axis]; dim >= 0)
        if (const std::optional<int64_t> wanted = wantedOf(size_t(dim));
            wanted && *wanted < inputs[index].shape()[axis])
          inputs[index] = storage.emplace_back(leading(inputs[index], axis, *wanted)).view();
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
