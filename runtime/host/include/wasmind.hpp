//===- wasmind.hpp - run wasmind modules: C++20 classes over wasmind.h --------------------------------------------===//
//
//   auto model = wasmind::Model::load("resnet50.wasm");
//   if (!model) return fail(model.error().text);
//   auto instance = wasmind::Instance::create(*model);
//   std::vector<float> pixels(1 * 3 * 224 * 224);
//   auto outputs = instance->run({wasmind::Tensor::of(pixels, {1, 3, 224, 224})});
//   std::span<const float> scores = (*outputs)[0].elements<float>();
//
// Header-only; link libwasmind_runtime.so. No function throws about a model or its data: what can fail returns a
// Result. Ownership, errors and threads are as wasmind.h says.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once
#include "wasmind.h"
#include "wasmindLibrary.hpp"
#include "wasmindTensor.hpp"
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace wasmind {

/// What a model takes and gives.
struct Signature {
  struct Dim {
    std::string name;
    int64_t min = 0, max = 0;
    bool isDerived = false; ///< an outcome of a run
    bool isKept = false;    ///< an extent of state, which goes from run to run; Instance::extent
    int64_t multipleOf = 1; ///< of which every value is a multiple
    std::string equals;     ///< "past + seq": what it must be by the values of other dims; empty of most
  };
  struct Tensor {
    std::string name;
    DType dtype = DType::F32;
    std::vector<int64_t> bounds; ///< per axis: the largest extent
    std::vector<int32_t> dims;   ///< per axis: index into Signature::dims, or -1 when the extent is fixed
    uint64_t byteLength = 0;     ///< at the bounds
    bool hasDefault = false;     ///< of an input: a new instance holds its value already
  };
  struct Function {
    std::string name;
    std::vector<Tensor> inputs, outputs;
    std::vector<Tensor> state; ///< kept by an instance from run to run
  };
  std::vector<Dim> dims;
  std::vector<Function> functions;
  std::string json; ///< the complete signature (abi/spec.md)
};

/// A module that was checked and compiled. Cheap to copy (shared); any number of threads may use it.
class Model {
public:
  /// `path` is a module; or a folder with an index of builds, or that index, of which the best build is loaded that the
  /// engine runs.
  static Result<Model> load(const std::string &path, const LoadOptions &options = {}) {
    return make(options, [&](const wasmind_load_options *known, wasmind_model **model, wasmind_error **error) {
      return wasmind_model_load_file(path.c_str(), known, model, error);
    });
  }
  static Result<Model> load(std::span<const uint8_t> bytes, const LoadOptions &options = {}) {
    return make(options, [&](const wasmind_load_options *known, wasmind_model **model, wasmind_error **error) {
      return wasmind_model_load_bytes(bytes.data(), bytes.size(), known, model, error);
    });
  }

  const Signature &signature() const { return *contract; }
  /// Of a model that was loaded from an index of builds: why better builds were passed over, and which one this is.
  std::vector<std::string> notes() const {
    std::vector<std::string> lines;
    for (size_t note = 0; note < wasmind_model_note_count(get()); ++note)
      lines.emplace_back(wasmind_model_note(get(), note));
    return lines;
  }
  wasmind_model_info info() const { return wasmind_model_get_info(handle.get()); }
  const wasmind_model *get() const { return handle.get(); }

private:
  template <typename Load> static Result<Model> make(const LoadOptions &options, Load load) {
    const wasmind_load_options known = detail::toC(options);
    wasmind_model *loaded = nullptr;
    wasmind_error *error = nullptr;
    if (wasmind_status status = load(&known, &loaded, &error); status != WASMIND_OK)
      return detail::takeError(status, error);
    Model model;
    model.handle.reset(loaded, wasmind_model_delete);
    model.contract = std::make_shared<const Signature>(describe(loaded));
    return model;
  }

  static Signature describe(const wasmind_model *model) {
    Signature signature;
    signature.json = wasmind_model_signature(model);
    for (size_t index = 0; index < wasmind_model_dim_count(model); ++index) {
      wasmind_dim_info dim = wasmind_model_dim(model, index);
      signature.dims.push_back({dim.name, dim.min, dim.max, dim.is_derived != 0, dim.is_kept != 0, dim.multiple_of,
                                dim.equals ? dim.equals : ""});
    }
    auto tensor = [](const wasmind_tensor_info &info) {
      return Signature::Tensor{info.name,
                               static_cast<DType>(info.dtype),
                               {info.bounds, info.bounds + info.rank},
                               {info.dims, info.dims + info.rank},
                               info.byte_length,
                               info.has_default != 0};
    };
    for (size_t index = 0; index < wasmind_model_function_count(model); ++index) {
      Signature::Function &function = signature.functions.emplace_back();
      function.name = wasmind_model_function_name(model, index);
      for (size_t input = 0; input < wasmind_model_input_count(model, index); ++input)
        function.inputs.push_back(tensor(wasmind_model_input(model, index, input)));
      for (size_t output = 0; output < wasmind_model_output_count(model, index); ++output)
        function.outputs.push_back(tensor(wasmind_model_output(model, index, output)));
      for (size_t state = 0; state < wasmind_model_state_count(model, index); ++state)
        function.state.push_back(tensor(wasmind_model_state(model, index, state)));
    }
    return signature;
  }

  std::shared_ptr<const wasmind_model> handle;
  std::shared_ptr<const Signature> contract;
};

/// A model with a memory of its own. One thread at a time; instances run in parallel.
class Instance {
public:
  static Result<Instance> create(const Model &model) {
    Instance instance(model);
    wasmind_instance *created = nullptr;
    wasmind_error *error = nullptr;
    if (wasmind_status status = wasmind_instance_create(model.get(), &created, &error); status != WASMIND_OK)
      return detail::takeError(status, error);
    instance.handle.reset(created);
    return instance;
  }

  /// Runs an entry on one tensor per input, in order.
  ///
  /// \returns one view per output at its actual extents, in this instance's memory; dies at the next run.
  /// Errors: InvalidArgument (nothing was executed, or the model refused its inputs), InvalidModule, Trap and Limit
  /// (the instance must not be used again).
  Result<std::vector<Tensor>> run(const std::vector<Tensor> &inputs, size_t function = 0) {
    std::vector<wasmind_tensor> given;
    given.reserve(inputs.size());
    for (const Tensor &input : inputs)
      given.push_back({static_cast<wasmind_dtype>(input.dtype()), input.shape().size(), input.shape().data(),
                       input.data(), input.byteLength()});
    wasmind_error *error = nullptr;
    if (wasmind_status status = wasmind_instance_run(handle.get(), function, given.data(), given.size(), &error);
        status != WASMIND_OK)
      return detail::takeError(status, error);
    return outputs(function);
  }

  /// Runs an entry on what its inputs hold, from an earlier run or because their views were filled; the same outcomes
  /// as above, and InvalidArgument that names an input which was never set.
  Result<std::vector<Tensor>> runInPlace(size_t function = 0) { return run({}, function); }

  /// Sets the extents of an input for its view and for `runInPlace`; new instances start at the upper bounds.
  Result<void> resizeInput(size_t input, std::span<const int64_t> shape, size_t function = 0) {
    wasmind_error *error = nullptr;
    wasmind_status status =
        wasmind_instance_resize_input(handle.get(), function, input, shape.data(), shape.size(), &error);
    if (status != WASMIND_OK)
      return detail::takeError(status, error);
    return {};
  }

  /// Makes the state of all entries its initial value, as in a new instance; inputs and outputs stay as they are.
  /// InvalidArgument when an earlier run stopped the instance.
  Result<void> reset() {
    wasmind_error *error = nullptr;
    if (wasmind_status status = wasmind_instance_reset(handle.get(), &error); status != WASMIND_OK)
      return detail::takeError(status, error);
    return {};
  }

  /// The value of the kept dim `dims[dim]`: the extent of state that the next run starts from. InvalidArgument where it
  /// is not kept.
  Result<int64_t> extent(size_t dim) const {
    int64_t value = 0;
    wasmind_error *error = nullptr;
    if (wasmind_status status = wasmind_instance_extent(handle.get(), dim, &value, &error); status != WASMIND_OK)
      return detail::takeError(status, error);
    return value;
  }

  /// A writable view of an input at its current extents; contents survive runs.
  Result<Tensor> input(size_t index, size_t function = 0) {
    wasmind_tensor tensor;
    wasmind_error *error = nullptr;
    if (wasmind_status status = wasmind_instance_input(handle.get(), function, index, &tensor, &error);
        status != WASMIND_OK)
      return detail::takeError(status, error);
    return view(tensor);
  }

  /// A view of an output of the last run; dies at the next one.
  Result<Tensor> output(size_t index, size_t function = 0) const {
    wasmind_tensor tensor;
    wasmind_error *error = nullptr;
    if (wasmind_status status = wasmind_instance_output(handle.get(), function, index, &tensor, &error);
        status != WASMIND_OK)
      return detail::takeError(status, error);
    return view(tensor);
  }

  const Model &model() const { return owner; }
  wasmind_instance *get() const { return handle.get(); }

private:
  explicit Instance(const Model &model) : owner(model) {}

  static Tensor view(const wasmind_tensor &tensor) {
    return Tensor(static_cast<DType>(tensor.dtype), {tensor.shape, tensor.shape + tensor.rank}, tensor.data,
                  tensor.byte_length);
  }

  Result<std::vector<Tensor>> outputs(size_t function) const {
    std::vector<Tensor> views;
    for (size_t index = 0; index < owner.signature().functions[function].outputs.size(); ++index) {
      Result<Tensor> tensor = output(index, function);
      if (!tensor)
        return tensor.error();
      views.push_back(std::move(*tensor));
    }
    return views;
  }

  Model owner;
  std::unique_ptr<wasmind_instance, detail::Deleter<wasmind_instance_delete>> handle;
};

} // namespace wasmind
