//===- Instance.cpp - a model with a memory of its own ------------------------------------------------------------===//
#include "runtime/host/src/Instance.h"
#include "runtime/host/src/Tensor.h"
#include <algorithm>
#include <cstring>

namespace wasmind::host {
namespace {

/// Name of the function in which a trap happened, as " in 'name'", or "".
std::string originOf(const wasm_trap_t *trap) {
  wasm_frame_vec_t frames;
  wasm_trap_trace(trap, &frames);
  std::string text;
  if (frames.size != 0)
    if (const wasm_name_t *name = wasmtime_frame_func_name(frames.data[0]))
      text = " in '" + std::string(name->data, name->size) + "'";
  wasm_frame_vec_delete(&frames);
  return text;
}

} // namespace

Instance::Instance(std::shared_ptr<const Model> shared) : model(std::move(shared)) {
  const abi::Signature &contract = model->signature().contract();
  store.reset(wasmtime_store_new(model->engine().handle(), nullptr, nullptr));
  if (!store)
    throw Failure(WASMIND_LIMIT, "no memory for an instance");
  context = wasmtime_store_context(store.get());
  wasmtime_store_limiter(store.get(), int64_t(contract.memory.byteLength()), 1 << 20, 1, 16, 1);
  if (model->engine().hasTimeLimit())
    Deadline::install(store.get(), &deadline);

  wasm_trap_t *trapObject = nullptr;
  ErrorHandle error(wasmtime_instance_new(context, model->module(), nullptr, 0, &instance, &trapObject));
  TrapHandle trap(trapObject);
  if (trap) // without start function only the initialisation of memory and tables can trap
    throw Failure(WASMIND_INVALID_MODULE,
                  model->name() + ": the module cannot be initialised: " + takeText(std::move(trap)));
  if (error) // without imports only resources can be missing
    throw Failure(WASMIND_LIMIT, model->name() + ": no resources for an instance: " + takeText(std::move(error)));

  wasmtime_memory_t linearMemory = exported(abi::memoryExport).of.memory;
  memory = wasmtime_memory_data(context, &linearMemory);
  // Every offset of the signature was held against this length, so it must be the length of what is here.
  if (wasmtime_memory_data_size(context, &linearMemory) != contract.memory.byteLength())
    throw Failure(WASMIND_INVALID_MODULE, model->name() + ": the memory has another length than the signature says");

  errorFunction = exported(abi::errorExport).of.func;
  for (const abi::Function &function : contract.functions) {
    Entry entry;
    entry.contract = &function;
    entry.function = exported(function.name).of.func;
    for (const abi::Tensor &input : function.inputs) {
      std::vector<int64_t> &bounds = entry.inputShapes.emplace_back();
      for (const abi::Extent &extent : input.shape)
        bounds.push_back(extent.isNamed() ? contract.dims[*contract.findDim(extent.dim)].max : extent.value);
    }
    entry.outputShapes.resize(function.outputs.size());
    entries.push_back(std::move(entry));
  }
  for (const abi::Dim &dim : contract.dims)
    dimValues.push_back(dim.max);

  int32_t version = call(exported(abi::abiVersionExport).of.func);
  if (version != int32_t(abi::abiVersion))
    throw Failure(WASMIND_INVALID_MODULE, model->name() + ": " + std::string(abi::abiVersionExport) + " returns " +
                                              std::to_string(version) + " where the signature says " +
                                              std::to_string(abi::abiVersion));
  if (contract.weights.external)
    model->copyWeights({memory + contract.weights.offset, size_t(contract.weights.byteLength)});
}

wasmtime_extern_t Instance::exported(std::string_view name) {
  wasmtime_extern_t item;
  if (!wasmtime_instance_export_get(context, &instance, name.data(), name.size(), &item) ||
      item.kind != (name == abi::memoryExport ? WASMTIME_EXTERN_MEMORY : WASMTIME_EXTERN_FUNC))
    throw Failure(WASMIND_INVALID_MODULE, "no export '" + std::string(name) + "'");
  return item;
}

void Instance::breakDown(wasmind_status status, const std::string &text) {
  breakage = text;
  throw Failure(status, model->name() + ": " + text);
}

int32_t Instance::call(const wasmtime_func_t &function) {
  std::optional<Deadline> guard;
  if (model->engine().hasTimeLimit())
    guard.emplace(model->engine(), store.get(), deadline, *model->timeLimit());
  wasmtime_val_raw_t result = {};
  wasm_trap_t *trapObject = nullptr;
  ErrorHandle error(wasmtime_func_call_unchecked(context, &function, &result, 1, &trapObject));
  TrapHandle trap(trapObject);
  if (!error && !trap)
    return result.i32;
  if (deadline.isOver)
    breakDown(WASMIND_LIMIT,
              "the run was stopped at its time limit of " + std::to_string(model->timeLimit()->count()) + " ms");
  if (!trap)
    breakDown(WASMIND_TRAP, takeText(std::move(error)));
  std::string origin = originOf(trap.get());
  breakDown(WASMIND_TRAP, takeText(std::move(trap)) + origin);
}

Instance::Entry &Instance::entry(size_t function) {
  if (function >= entries.size())
    throw Failure(WASMIND_INVALID_ARGUMENT, model->name() + ": no entry " + std::to_string(function) + ", it has " +
                                                std::to_string(entries.size()));
  return entries[function];
}

const abi::Tensor &Instance::inputOf(Entry &entry, size_t input) {
  if (input >= entry.contract->inputs.size())
    throw Failure(WASMIND_INVALID_ARGUMENT, model->name() + ": no input " + std::to_string(input) + ", entry '" +
                                                entry.contract->name + "' has " +
                                                std::to_string(entry.contract->inputs.size()));
  return entry.contract->inputs[input];
}

void Instance::resizeInput(size_t function, size_t input, std::span<const int64_t> shape) {
  Entry &changed = entry(function);
  checkShape(model->signature(), inputOf(changed, input), shape);
  changed.inputShapes[input].assign(shape.begin(), shape.end());
}

wasmind_tensor Instance::view(const abi::Tensor &tensor, const std::vector<int64_t> &shape) const {
  // The shape was held against its bounds before, so the length is at most the reserved one.
  size_t byteLength = size_t(abi::actualByteLength(tensor.dtype, shape).value_or(0));
  return {wasmind_dtype(tensor.dtype), shape.size(), shape.data(), memory + tensor.offset, byteLength};
}

wasmind_tensor Instance::input(size_t function, size_t input) {
  Entry &asked = entry(function);
  const abi::Tensor &tensor = inputOf(asked, input);
  return view(tensor, asked.inputShapes[input]);
}

void Instance::collectDims(const Entry &entry) {
  const abi::Signature &contract = model->signature().contract();
  struct Source {
    const abi::Tensor *input;
    size_t axis;
  };
  std::vector<std::optional<Source>> sources(contract.dims.size());
  for (size_t index = 0; index < entry.inputShapes.size(); ++index) {
    const abi::Tensor &input = entry.contract->inputs[index];
    const std::vector<int32_t> &dims = model->signature().dimsOf(input);
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      if (dims[axis] < 0)
        continue;
      const size_t dim = size_t(dims[axis]);
      const int64_t value = entry.inputShapes[index][axis];
      if (const auto &first = sources[dim]; first && dimValues[dim] != value)
        throw Failure(WASMIND_INVALID_ARGUMENT, "inputs disagree on dim '" + contract.dims[dim].name + "': it is " +
                                                    std::to_string(dimValues[dim]) + " by axis " +
                                                    std::to_string(first->axis) + " of '" + first->input->name +
                                                    "' and " + std::to_string(value) + " by axis " +
                                                    std::to_string(axis) + " of '" + input.name + "'");
      if (!sources[dim])
        sources[dim] = Source{&input, axis};
      dimValues[dim] = value;
    }
  }
}

void Instance::writeDims() {
  const std::vector<abi::Dim> &dims = model->signature().contract().dims;
  for (size_t index = 0; index < dims.size(); ++index) {
    if (dims[index].derived)
      continue;
    const auto value = int32_t(dimValues[index]); // bounds end at 2^31 - 1
    std::memcpy(memory + dims[index].offset, &value, sizeof value);
  }
}

void Instance::readDims(Entry &entry) {
  const std::vector<abi::Dim> &dims = model->signature().contract().dims;
  for (size_t index = 0; index < dims.size(); ++index) {
    if (!dims[index].derived)
      continue;
    int32_t value;
    std::memcpy(&value, memory + dims[index].offset, sizeof value);
    dimValues[index] = value;
  }
  for (size_t index = 0; index < entry.outputShapes.size(); ++index) {
    const abi::Tensor &output = entry.contract->outputs[index];
    for (int32_t dim : model->signature().dimsOf(output))
      if (dim >= 0 &&
          (dimValues[size_t(dim)] < dims[size_t(dim)].min || dimValues[size_t(dim)] > dims[size_t(dim)].max))
        breakDown(WASMIND_INVALID_MODULE,
                  "output '" + output.name + "': the module set dim '" + dims[size_t(dim)].name + "' to " +
                      std::to_string(dimValues[size_t(dim)]) + ", which is not within " +
                      std::to_string(dims[size_t(dim)].min) + ".." + std::to_string(dims[size_t(dim)].max));
    std::vector<int64_t> shape = abi::actualShape(output, dims, dimValues);
    std::optional<uint64_t> byteLength = abi::actualByteLength(output.dtype, shape);
    if (!byteLength || *byteLength > output.byteLength)
      breakDown(WASMIND_INVALID_MODULE, "output '" + output.name + "': its actual extents need more than the " +
                                            std::to_string(output.byteLength) + " bytes reserved for it");
    entry.outputShapes[index] = std::move(shape);
  }
}

std::string Instance::errorText() {
  const uint64_t address = uint32_t(call(errorFunction));
  const uint64_t memoryEnd = model->signature().contract().memory.byteLength();
  if (address >= memoryEnd)
    return "";
  const auto *text = reinterpret_cast<const char *>(memory + address);
  return {text, strnlen(text, size_t(std::min(memoryEnd - address, abi::maxErrorByteLength)))};
}

void Instance::run(size_t function, std::span<const wasmind_tensor> inputs) {
  Entry &called = entry(function);
  if (!breakage.empty())
    throw Failure(WASMIND_INVALID_ARGUMENT, model->name() + ": the instance stopped in an earlier run (" + breakage +
                                                ") and cannot be used again; make a new one");
  const std::vector<abi::Tensor> &contract = called.contract->inputs;
  if (!inputs.empty()) {
    if (inputs.size() != contract.size())
      throw Failure(WASMIND_INVALID_ARGUMENT, model->name() + ": " + std::to_string(inputs.size()) +
                                                  " inputs where entry '" + called.contract->name + "' takes " +
                                                  std::to_string(contract.size()));
    for (size_t index = 0; index < inputs.size(); ++index)
      checkTensor(model->signature(), contract[index], inputs[index]);
    for (size_t index = 0; index < inputs.size(); ++index)
      called.inputShapes[index].assign(inputs[index].shape, inputs[index].shape + inputs[index].rank);
  }
  collectDims(called);

  lastRun = nullptr;
  for (size_t index = 0; index < inputs.size(); ++index) {
    uint8_t *place = memory + contract[index].offset;
    if (inputs[index].byte_length != 0 && inputs[index].data != place)
      std::memmove(place, inputs[index].data, inputs[index].byte_length); // may be an output of this instance
  }
  writeDims();
  if (int32_t code = call(called.function); code != 0) {
    std::string text = errorText();
    throw Failure(WASMIND_INVALID_ARGUMENT,
                  model->name() + ": " + (text.empty() ? "the model failed with code " + std::to_string(code) : text));
  }
  readDims(called);
  lastRun = &called;
}

wasmind_tensor Instance::output(size_t function, size_t output) const {
  if (function >= entries.size() || output >= entries[function].contract->outputs.size())
    throw Failure(WASMIND_INVALID_ARGUMENT,
                  model->name() + ": no output " + std::to_string(output) + " of entry " + std::to_string(function));
  const Entry &asked = entries[function];
  if (lastRun != &asked)
    throw Failure(WASMIND_INVALID_ARGUMENT,
                  model->name() + ": entry '" + asked.contract->name + "' was not the last one run with success");
  return view(asked.contract->outputs[output], asked.outputShapes[output]);
}

} // namespace wasmind::host
