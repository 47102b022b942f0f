//===- Instance.cpp - a model with a memory of its own ------------------------------------------------------------===//
#include "runtime/host/src/Instance.h"
#include "runtime/host/src/Tensor.h"
#include <algorithm>
#include <cstring>
#include <functional>

namespace wasmind::host {

Instance::Instance(std::shared_ptr<const Model> shared)
    : guest(shared, shared->signature().contract().memory.byteLength()) {
  const abi::Signature &contract = model().signature().contract();
  for (const abi::Function &function : contract.functions) {
    Entry entry;
    entry.contract = &function;
    entry.function = guest.function(function.name);
    for (const abi::Tensor &input : function.inputs) {
      const std::vector<int32_t> &dims = model().signature().dimsOf(input);
      std::vector<int64_t> &bounds = entry.inputShapes.emplace_back();
      for (size_t axis = 0; axis < dims.size(); ++axis)
        bounds.push_back(dims[axis] >= 0 ? contract.dims[size_t(dims[axis])].max : input.shape[axis].value);
    }
    entry.givenShapes = entry.inputShapes;
    for (const abi::Tensor &input : function.inputs)
      entry.isSet.push_back(input.hasDefault);
    entry.outputShapes.resize(function.outputs.size());
    entries.push_back(std::move(entry));
  }
  for (const abi::Dim &dim : contract.dims)
    dimValues.push_back(dim.max);

  if (contract.weights.external)
    model().copyWeights({guest.memory() + contract.weights.offset, size_t(contract.weights.byteLength)});
  writeState();
}

/// Makes the state of all entries what it is before the first run.
void Instance::writeState() {
  uint8_t *memory = guest.memory();
  const abi::Signature &contract = model().signature().contract();
  for (const abi::Function &function : contract.functions)
    for (const auto &[tensor, output, initialOffset] : function.state) {
      const size_t byteLength = size_t(abi::initialByteLength(tensor, contract.dims));
      if (initialOffset)
        std::memcpy(memory + tensor.offset, memory + *initialOffset, byteLength);
      else
        std::memset(memory + tensor.offset, 0, byteLength);
    }
  for (const abi::Dim &dim : contract.dims)
    if (dim.isKept())
      writeDim(dim, *dim.initial);
}

int64_t Instance::extent(size_t index) const {
  const std::vector<abi::Dim> &dims = model().signature().contract().dims;
  if (index >= dims.size() || !dims[index].isKept())
    throw Failure(WASMIND_INVALID_ARGUMENT,
                  model().name() + ": " +
                      (index < dims.size() ? "dim '" + dims[index].name + "' is not kept by the module"
                                           : "no dim " + std::to_string(index)));
  guest.requireUsable();
  return readDim(dims[index]);
}

void Instance::reset() {
  guest.requireUsable();
  writeState();
}

Instance::Entry &Instance::entry(size_t function) {
  if (function >= entries.size())
    throw Failure(WASMIND_INVALID_ARGUMENT, model().name() + ": no entry " + std::to_string(function) + ", it has " +
                                                std::to_string(entries.size()));
  return entries[function];
}

const abi::Tensor &Instance::inputOf(Entry &entry, size_t input) {
  if (input >= entry.contract->inputs.size())
    throw Failure(WASMIND_INVALID_ARGUMENT, model().name() + ": no input " + std::to_string(input) + ", entry '" +
                                                entry.contract->name + "' has " +
                                                std::to_string(entry.contract->inputs.size()));
  return entry.contract->inputs[input];
}

void Instance::resizeInput(size_t function, size_t input, std::span<const int64_t> shape) {
  Entry &changed = entry(function);
  checkShape(model().signature(), inputOf(changed, input), shape);
  changed.inputShapes[input].assign(shape.begin(), shape.end());
}

wasmind_tensor Instance::view(const abi::Tensor &tensor, const std::vector<int64_t> &shape) const {
  // The shape was checked against its bounds before, so the length is at most the reserved one.
  size_t byteLength = size_t(abi::actualByteLength(tensor.dtype, shape).value_or(0));
  return {wasmind_dtype(tensor.dtype), shape.size(), shape.data(), guest.memory() + tensor.offset, byteLength};
}

wasmind_tensor Instance::input(size_t function, size_t input) {
  Entry &asked = entry(function);
  const abi::Tensor &tensor = inputOf(asked, input);
  asked.isSet[input] = true;
  return view(tensor, asked.inputShapes[input]);
}

/// An input without an element type keeps what it holds; without any inputs all do.
static bool isGiven(std::span<const wasmind_tensor> inputs, size_t index) {
  return !inputs.empty() && inputs[index].dtype != 0;
}

void Instance::checkInputs(Entry &entry, std::span<const wasmind_tensor> inputs) const {
  const std::vector<abi::Tensor> &contract = entry.contract->inputs;
  if (!inputs.empty() && inputs.size() != contract.size())
    throw Failure(WASMIND_INVALID_ARGUMENT, model().name() + ": " + std::to_string(inputs.size()) +
                                                " inputs where entry '" + entry.contract->name + "' takes " +
                                                std::to_string(contract.size()));
  for (size_t index = 0; index < inputs.size(); ++index)
    if (isGiven(inputs, index))
      checkTensor(model().signature(), contract[index], inputs[index]);
  for (size_t index = 0; index < contract.size(); ++index) {
    if (isGiven(inputs, index)) {
      entry.givenShapes[index].assign(inputs[index].shape, inputs[index].shape + inputs[index].rank);
      continue;
    }
    if (!entry.isSet[index])
      throw Failure(WASMIND_INVALID_ARGUMENT, model().name() + ": input '" + contract[index].name +
                                                  "' is missing: it was neither given to a run nor its view filled");
    entry.givenShapes[index] = entry.inputShapes[index];
  }
}

void Instance::writeInputs(Entry &entry, std::span<const wasmind_tensor> inputs) {
  if (inputs.empty())
    return;
  const std::vector<abi::Tensor> &contract = entry.contract->inputs;
  auto placeOf = [&](size_t index) { return guest.memory() + contract[index].offset; };
  auto isCopied = [&](size_t index) {
    return isGiven(inputs, index) && inputs[index].byte_length != 0 && inputs[index].data != placeOf(index);
  };
  // The caller's elements may be views of this memory: what an earlier copy would overwrite is put aside first.
  std::vector<std::pair<size_t, std::vector<uint8_t>>> aside;
  const uint8_t *memoryEnd = guest.memory() + guest.memoryByteLength();
  for (size_t index = 1; index < inputs.size(); ++index) {
    if (!isCopied(index))
      continue;
    const auto *data = static_cast<const uint8_t *>(inputs[index].data), *end = data + inputs[index].byte_length;
    if (std::less_equal<>()(memoryEnd, data) || std::less_equal<>()(end, guest.memory()))
      continue;
    for (size_t before = 0; before < index; ++before)
      if (isCopied(before) && data < placeOf(before) + inputs[before].byte_length && placeOf(before) < end) {
        aside.emplace_back(index, std::vector(data, end));
        break;
      }
  }
  // Nothing fails from here on.
  for (size_t index = 0; index < inputs.size(); ++index) {
    if (!isGiven(inputs, index))
      continue;
    entry.inputShapes[index] = entry.givenShapes[index];
    entry.isSet[index] = true;
    if (isCopied(index)) // may be an output of this instance
      std::memmove(placeOf(index), inputs[index].data, inputs[index].byte_length);
  }
  for (const auto &[index, bytes] : aside)
    std::memcpy(placeOf(index), bytes.data(), bytes.size());
}

void Instance::collectDims(const Entry &entry, const std::vector<std::vector<int64_t>> &inputShapes) {
  const abi::Signature &contract = model().signature().contract();
  Sources sources(contract.dims.size());
  for (size_t dim = 0; dim < contract.dims.size(); ++dim)
    if (contract.dims[dim].isKept()) {
      dimValues[dim] = readDim(contract.dims[dim]);
      sources[dim] = Source();
    }
  for (size_t index = 0; index < inputShapes.size(); ++index) {
    const abi::Tensor &input = entry.contract->inputs[index];
    const std::vector<int32_t> &dims = model().signature().dimsOf(input);
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      if (dims[axis] < 0)
        continue;
      const size_t dim = size_t(dims[axis]);
      const int64_t value = inputShapes[index][axis];
      if (const auto &first = sources[dim]; first && dimValues[dim] != value)
        throw Failure(WASMIND_INVALID_ARGUMENT, "inputs disagree on dim '" + contract.dims[dim].name + "': it is " +
                                                    describe(dim, *first) + " and " + std::to_string(value) +
                                                    " by axis " + std::to_string(axis) + " of '" + input.name + "'");
      if (!sources[dim])
        sources[dim] = Source{&input, axis};
      dimValues[dim] = value;
    }
  }
  checkSums(sources);
}

std::string Instance::describe(size_t dim, const Source &source) const {
  return std::to_string(dimValues[dim]) +
         (source.input ? " by axis " + std::to_string(source.axis) + " of '" + source.input->name + "'"
                       : " by the state");
}

/// Compares the dims that are sums of others with these, as far as all of them are known.
void Instance::checkSums(const Sources &sources) const {
  const abi::Signature &contract = model().signature().contract();
  for (size_t dim = 0; dim < sources.size(); ++dim) {
    const std::optional<abi::DimSum> &equals = contract.dims[dim].equals;
    if (!equals || !sources[dim])
      continue;
    double sum = double(equals->plus); // exact where it can equal an extent
    bool isKnown = true;
    for (const abi::DimSum::Term &term : equals->terms) {
      const size_t other = *contract.findDim(term.dim);
      isKnown &= sources[other].has_value();
      sum += double(term.times) * double(dimValues[other]);
    }
    if (isKnown && sum != double(dimValues[dim]))
      throw Failure(WASMIND_INVALID_ARGUMENT, "axis " + std::to_string(sources[dim]->axis) + " of input '" +
                                                  sources[dim]->input->name + "' must be " + abi::describe(*equals) +
                                                  " = " + std::to_string(int64_t(std::min(sum, 0x1p53))) + ", not " +
                                                  std::to_string(dimValues[dim]));
  }
}

void Instance::writeDim(const abi::Dim &dim, int64_t extent) {
  const auto value = int32_t(extent); // bounds end at 2^31 - 1
  std::memcpy(guest.memory() + dim.offset, &value, sizeof value);
}

int32_t Instance::readDim(const abi::Dim &dim) const {
  int32_t value;
  std::memcpy(&value, guest.memory() + dim.offset, sizeof value);
  return value;
}

void Instance::writeDims() {
  const std::vector<abi::Dim> &dims = model().signature().contract().dims;
  for (size_t index = 0; index < dims.size(); ++index) {
    if (!dims[index].derived && !dims[index].isKept())
      writeDim(dims[index], dimValues[index]);
  }
}

void Instance::readDims(Entry &entry) {
  const std::vector<abi::Dim> &dims = model().signature().contract().dims;
  for (size_t index = 0; index < dims.size(); ++index) {
    if (dims[index].derived)
      dimValues[index] = readDim(dims[index]);
    else if (int32_t kept = dims[index].isKept() ? readDim(dims[index]) : 0;
             dims[index].isKept() && (kept < dims[index].min || kept > dims[index].max))
      guest.breakDown(WASMIND_INVALID_MODULE, "the module left dim '" + dims[index].name + "' at " +
                                                  std::to_string(kept) + ", which is not within " +
                                                  std::to_string(dims[index].min) + ".." +
                                                  std::to_string(dims[index].max));
  }
  for (size_t index = 0; index < entry.outputShapes.size(); ++index) {
    const abi::Tensor &output = entry.contract->outputs[index];
    std::vector<int64_t> shape;
    for (int32_t dim : model().signature().dimsOf(output)) {
      shape.push_back(dim >= 0 ? dimValues[size_t(dim)] : output.shape[shape.size()].value);
      if (dim >= 0 && (shape.back() < dims[size_t(dim)].min || shape.back() > dims[size_t(dim)].max))
        guest.breakDown(WASMIND_INVALID_MODULE,
                        "output '" + output.name + "': the module set dim '" + dims[size_t(dim)].name + "' to " +
                            std::to_string(dimValues[size_t(dim)]) + ", which is not within " +
                            std::to_string(dims[size_t(dim)].min) + ".." + std::to_string(dims[size_t(dim)].max));
    }
    std::optional<uint64_t> byteLength = abi::actualByteLength(output.dtype, shape);
    if (!byteLength || *byteLength > output.byteLength)
      guest.breakDown(WASMIND_INVALID_MODULE, "output '" + output.name + "': its actual extents need more than the " +
                                                  std::to_string(output.byteLength) + " bytes reserved for it");
    entry.outputShapes[index] = std::move(shape);
  }
}

void Instance::run(size_t function, std::span<const wasmind_tensor> inputs) {
  Entry &called = entry(function);
  guest.requireUsable();
  guest.requireStack();
  checkInputs(called, inputs);
  collectDims(called, called.givenShapes);
  lastRun = nullptr;
  writeInputs(called, inputs);
  writeDims();
  if (int32_t code = guest.call(called.function); code != 0) {
    std::string text = guest.errorText();
    throw Failure(WASMIND_INVALID_ARGUMENT,
                  model().name() + ": " +
                      (text.empty() ? "the model failed with code " + std::to_string(code) : text + givenDims()));
  }
  readDims(called);
  lastRun = &called;
}

std::string Instance::givenDims() const {
  const std::vector<abi::Dim> &dims = model().signature().contract().dims;
  std::string text;
  for (size_t index = 0; index < dims.size(); ++index)
    if (!dims[index].derived)
      text += (text.empty() ? " (" : ", ") + dims[index].name + " = " + std::to_string(dimValues[index]);
  return text.empty() ? text : text + ")";
}

wasmind_tensor Instance::output(size_t function, size_t output) const {
  if (function >= entries.size() || output >= entries[function].contract->outputs.size())
    throw Failure(WASMIND_INVALID_ARGUMENT,
                  model().name() + ": no output " + std::to_string(output) + " of entry " + std::to_string(function));
  const Entry &asked = entries[function];
  if (lastRun != &asked)
    throw Failure(WASMIND_INVALID_ARGUMENT,
                  model().name() + ": entry '" + asked.contract->name + "' was not the last one run with success");
  return view(asked.contract->outputs[output], asked.outputShapes[output]);
}

} // namespace wasmind::host
