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
#include <cassert>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace wasmind {

/// How a call failed; the meaning of each stands at wasmind_status.
enum class Status {
  InvalidArgument = WASMIND_INVALID_ARGUMENT,
  InvalidModule = WASMIND_INVALID_MODULE,
  Unsupported = WASMIND_UNSUPPORTED,
  Limit = WASMIND_LIMIT,
  Trap = WASMIND_TRAP,
  Io = WASMIND_IO,
};

enum class DType {
  F32 = WASMIND_F32,
  F64 = WASMIND_F64,
  F16 = WASMIND_F16,
  BF16 = WASMIND_BF16,
  I8 = WASMIND_I8,
  I16 = WASMIND_I16,
  I32 = WASMIND_I32,
  I64 = WASMIND_I64,
  U8 = WASMIND_U8,
  U16 = WASMIND_U16,
  U32 = WASMIND_U32,
  U64 = WASMIND_U64,
  Bool = WASMIND_BOOL,
};

inline std::string_view nameOf(DType dtype) {
  const char *name = wasmind_dtype_name(static_cast<wasmind_dtype>(dtype));
  return name ? name : "";
}
inline std::string_view nameOf(Status status) { return wasmind_status_name(static_cast<wasmind_status>(status)); }
/// Bytes of one element.
inline size_t byteWidth(DType dtype) { return wasmind_dtype_byte_width(static_cast<wasmind_dtype>(dtype)); }

/// The element type of a C++ type. f16 and bf16 have none: make such tensors from raw bytes.
template <typename T> constexpr DType dtypeOf() {
  if constexpr (std::is_same_v<T, float>)
    return DType::F32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::F64;
  else if constexpr (std::is_same_v<T, bool>)
    return DType::Bool;
  else {
    static_assert(std::is_integral_v<T>, "no element type for this C++ type");
    constexpr bool isSigned = std::is_signed_v<T>;
    if constexpr (sizeof(T) == 1)
      return isSigned ? DType::I8 : DType::U8;
    else if constexpr (sizeof(T) == 2)
      return isSigned ? DType::I16 : DType::U16;
    else if constexpr (sizeof(T) == 4)
      return isSigned ? DType::I32 : DType::U32;
    else
      return isSigned ? DType::I64 : DType::U64;
  }
}

struct Error {
  Status status = Status::InvalidArgument;
  std::string text; ///< one line of UTF-8
};

/// A value or an error; ask before reading.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : stored(std::move(value)) {}
  Result(Error error) : failure(std::move(error)) {}
  explicit operator bool() const { return stored.has_value(); }
  T &operator*() { return assert(stored), *stored; }
  const T &operator*() const { return assert(stored), *stored; }
  T *operator->() { return assert(stored), &*stored; }
  const T *operator->() const { return assert(stored), &*stored; }
  const Error &error() const { return assert(!stored), failure; }

private:
  std::optional<T> stored;
  Error failure;
};

/// Success or an error.
template <> class [[nodiscard]] Result<void> {
public:
  Result() = default;
  Result(Error error) : failure(std::move(error)) {}
  explicit operator bool() const { return !failure.has_value(); }
  const Error &error() const { return assert(failure), *failure; }

private:
  std::optional<Error> failure;
};

/// A view of dense row-major elements; owns its shape, never its data.
class Tensor {
public:
  Tensor() = default;
  Tensor(DType dtype, std::vector<int64_t> shape, void *data, size_t byteLength)
      : elementType(dtype), extents(std::move(shape)), bytes(static_cast<std::byte *>(data), byteLength) {}

  /// A view of a contiguous container of elements, such as std::vector<float>.
  template <typename Range> static Tensor of(Range &&range, std::vector<int64_t> shape) {
    auto elements = std::span(range);
    using Element = std::remove_cv_t<typename decltype(elements)::element_type>;
    return Tensor(dtypeOf<Element>(), std::move(shape), const_cast<Element *>(elements.data()), elements.size_bytes());
  }

  DType dtype() const { return elementType; }
  const std::vector<int64_t> &shape() const { return extents; }
  std::byte *data() const { return bytes.data(); }
  size_t byteLength() const { return bytes.size(); }
  /// The elements; `T` must be the C++ type of the dtype (asserted).
  template <typename T> std::span<T> elements() const {
    assert(dtypeOf<std::remove_cv_t<T>>() == elementType);
    return {reinterpret_cast<T *>(bytes.data()), bytes.size() / sizeof(T)};
  }

private:
  DType elementType = DType::F32;
  std::vector<int64_t> extents;
  std::span<std::byte> bytes;
};

/// What a model takes and gives.
struct Signature {
  struct Dim {
    std::string name;
    int64_t min = 0, max = 0;
    bool isDerived = false; ///< an outcome of a run
  };
  struct Tensor {
    std::string name;
    DType dtype = DType::F32;
    std::vector<int64_t> bounds; ///< per axis: the largest extent
    std::vector<int32_t> dims;   ///< per axis: index into Signature::dims, or -1 when the extent is fixed
    uint64_t byteLength = 0;     ///< at the bounds
  };
  struct Function {
    std::string name;
    std::vector<Tensor> inputs, outputs;
  };
  std::vector<Dim> dims;
  std::vector<Function> functions;
  std::string json; ///< the complete signature (abi/spec.md)
};

/// wasmind_load_options: what the numbers mean stands there. Zero and empty are the defaults.
struct LoadOptions {
  uint64_t maxMemoryByteLength = 0;
  uint64_t maxModuleByteLength = 0;
  uint64_t timeLimitMs = 0;
  bool disableCache = false;
  std::string cacheFolder;
  std::string weightsFolder;
};

namespace detail {
template <auto Delete> struct Deleter {
  template <typename T> void operator()(T *object) const { Delete(object); }
};
inline Error takeError(wasmind_status status, wasmind_error *error) {
  Error taken{static_cast<Status>(status), wasmind_error_text(error)};
  wasmind_error_delete(error);
  return taken;
}
/// The C options; they point into the given ones.
inline wasmind_load_options toC(const LoadOptions &options) {
  wasmind_load_options known = WASMIND_LOAD_OPTIONS_INIT;
  known.max_memory_byte_length = options.maxMemoryByteLength;
  known.max_module_byte_length = options.maxModuleByteLength;
  known.time_limit_ms = options.timeLimitMs;
  known.disable_cache = options.disableCache;
  known.cache_folder = options.cacheFolder.empty() ? nullptr : options.cacheFolder.c_str();
  known.weights_folder = options.weightsFolder.empty() ? nullptr : options.weightsFolder.c_str();
  return known;
}
} // namespace detail

/// A module that was checked and compiled. Cheap to copy (shared); any number of threads may use it.
class Model {
public:
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
      signature.dims.push_back({dim.name, dim.min, dim.max, dim.is_derived != 0});
    }
    auto tensor = [](const wasmind_tensor_info &info) {
      return Signature::Tensor{info.name,
                               static_cast<DType>(info.dtype),
                               {info.bounds, info.bounds + info.rank},
                               {info.dims, info.dims + info.rank},
                               info.byte_length};
    };
    for (size_t index = 0; index < wasmind_model_function_count(model); ++index) {
      Signature::Function &function = signature.functions.emplace_back();
      function.name = wasmind_model_function_name(model, index);
      for (size_t input = 0; input < wasmind_model_input_count(model, index); ++input)
        function.inputs.push_back(tensor(wasmind_model_input(model, index, input)));
      for (size_t output = 0; output < wasmind_model_output_count(model, index); ++output)
        function.outputs.push_back(tensor(wasmind_model_output(model, index, output)));
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

  /// Runs an entry on what its input views hold; the same outcomes as above.
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

/// A tensor in the memory of an operator library. Move-only; its memory goes back with it.
class GuestTensor {
public:
  /// Takes ownership.
  explicit GuestTensor(wasmind_guest_tensor *tensor) : handle(tensor) {}

  /// The elements in place; as long as this object lives, also when the memory grows. Of a tensor with strides: the
  /// first one, and no bytes.
  Tensor view() const {
    wasmind_tensor view = wasmind_guest_tensor_view(handle.get());
    return Tensor(static_cast<DType>(view.dtype), {view.shape, view.shape + view.rank}, view.data, view.byte_length);
  }
  DType dtype() const { return static_cast<DType>(wasmind_guest_tensor_view(handle.get()).dtype); }
  std::span<const int64_t> shape() const {
    wasmind_tensor view = wasmind_guest_tensor_view(handle.get());
    return {view.shape, view.rank};
  }
  /// The elements of a dense tensor; `T` must be the C++ type of the dtype (both asserted).
  template <typename T> std::span<T> elements() const {
    wasmind_tensor view = wasmind_guest_tensor_view(handle.get());
    assert(dtypeOf<std::remove_cv_t<T>>() == static_cast<DType>(view.dtype) && isDense());
    return {static_cast<T *>(view.data), view.byte_length / sizeof(T)};
  }
  bool isDense() const { return !wasmind_guest_tensor_strides(handle.get()); }

  /// The same elements in another order, for operators to read or write where they are: `strides` in elements, of
  /// either sign, `offset` elements behind the first one of this tensor. Keeps the memory of this tensor. A use of the
  /// library; errors stand at wasmind_guest_tensor_strided.
  Result<GuestTensor> strided(std::span<const int64_t> shape, std::span<const int64_t> strides,
                              int64_t offset = 0) const {
    if (shape.size() != strides.size())
      return Error{Status::InvalidArgument, "as many strides as extents are needed"};
    wasmind_guest_tensor *made = nullptr;
    wasmind_error *error = nullptr;
    wasmind_status status =
        wasmind_guest_tensor_strided(handle.get(), offset, shape.data(), strides.data(), shape.size(), &made, &error);
    if (status != WASMIND_OK)
      return detail::takeError(status, error);
    return GuestTensor(made);
  }
  Result<GuestTensor> strided(std::initializer_list<int64_t> shape, std::initializer_list<int64_t> strides,
                              int64_t offset = 0) const {
    return strided(std::span(shape.begin(), shape.size()), std::span(strides.begin(), strides.size()), offset);
  }

  /// The axes in another order: axis i of the result is axis `axes[i]` of this tensor; none given: back to front.
  Result<GuestTensor> transposed(std::initializer_list<size_t> axes = {}) const {
    wasmind_guest_tensor *made = nullptr;
    wasmind_error *error = nullptr;
    wasmind_status status = wasmind_guest_tensor_transposed(handle.get(), std::data(axes), axes.size(), &made, &error);
    if (status != WASMIND_OK)
      return detail::takeError(status, error);
    return GuestTensor(made);
  }
  wasmind_guest_tensor *get() const { return handle.get(); }

private:
  std::unique_ptr<wasmind_guest_tensor, detail::Deleter<wasmind_guest_tensor_delete>> handle;
};

/// An argument of an operator: a tensor of the caller, a guest tensor or a number; lives no longer than what it refers
/// to.
class Argument {
public:
  Argument(const Tensor &tensor) {
    argument.kind = WASMIND_TENSOR;
    argument.of.tensor = {static_cast<wasmind_dtype>(tensor.dtype()), tensor.shape().size(), tensor.shape().data(),
                          tensor.data(), tensor.byteLength()};
  }
  Argument(const GuestTensor &tensor) {
    argument.kind = WASMIND_GUEST_TENSOR;
    argument.of.guest = tensor.get();
  }
  template <typename Number>
    requires std::is_arithmetic_v<Number>
  Argument(Number number) {
    if constexpr (std::is_same_v<Number, bool>) {
      argument.kind = WASMIND_BOOLEAN;
      argument.of.integer = number;
    } else if constexpr (std::is_unsigned_v<Number> && sizeof(Number) == sizeof(uint64_t)) {
      argument.kind = WASMIND_UNSIGNED;
      argument.of.unsigned_integer = number;
    } else if constexpr (std::is_integral_v<Number>) {
      argument.kind = WASMIND_INTEGER;
      argument.of.integer = static_cast<int64_t>(number);
    } else {
      argument.kind = WASMIND_NUMBER;
      argument.of.number = number;
    }
  }
  const wasmind_argument &get() const { return argument; }

private:
  wasmind_argument argument = {};
};

/// An attribute by name: `{"axis", -1}`.
struct NamedArgument {
  const char *name;
  Argument value;
};

/// An operator of a library. Of a linked one (an object of somebody else) nothing but the name is known.
struct OperatorDescription {
  struct Attribute {
    std::string name;
    int32_t kind = WASMIND_NUMBER; ///< WASMIND_INTEGER, WASMIND_NUMBER or WASMIND_BOOLEAN
    bool hasDefault = false;
    int64_t defaultInteger = 0;
    double defaultNumber = 0;
  };
  struct Variant {
    std::vector<DType> inputs, outputs;
  };
  std::string name;
  bool isLinked = false;
  bool isVariadic = false; ///< more tensors like the last input may follow it
  std::vector<std::string> inputs;
  std::vector<Attribute> attributes;
  std::vector<std::string> outputs;
  std::vector<Variant> variants; ///< the combinations of element types that are built in
};

/// Operators called by name, and their memory, which grows. Move-only. One thread at a time; each thread takes an
/// instance of its own.
///
///   auto library = wasmind::OperatorLibrary::load("wasm_ops.wasm");
///   auto sum = library->call("Add", {a, b});
///   auto scores = library->call("Softmax", {x}, {{"axis", -1}});
class OperatorLibrary {
public:
  static Result<OperatorLibrary> load(const std::string &path, const LoadOptions &options = {}) {
    return make(options, [&](const wasmind_load_options *known, wasmind_library **library, wasmind_error **error) {
      return wasmind_library_load_file(path.c_str(), known, library, error);
    });
  }
  static Result<OperatorLibrary> load(std::span<const uint8_t> bytes, const LoadOptions &options = {}) {
    return make(options, [&](const wasmind_load_options *known, wasmind_library **library, wasmind_error **error) {
      return wasmind_library_load_bytes(bytes.data(), bytes.size(), known, library, error);
    });
  }

  /// Another instance of the same compiled module with a memory of its own and the same limits; tensors belong to the
  /// one that made them. Any thread may ask for it while another uses this one.
  Result<OperatorLibrary> instantiate() const {
    wasmind_library *made = nullptr;
    wasmind_error *error = nullptr;
    if (wasmind_status status = wasmind_library_instantiate(handle.get(), &made, &error); status != WASMIND_OK)
      return detail::takeError(status, error);
    OperatorLibrary library;
    library.handle.reset(made);
    library.listed = listed;
    return library;
  }

  const std::vector<OperatorDescription> &operators() const { return *listed; }
  /// Bytes of the memory now.
  uint64_t memoryByteLength() const { return wasmind_library_memory_byte_length(handle.get()); }

  /// A tensor in the library's memory, not initialised: fill it, and calls copy nothing.
  Result<GuestTensor> tensor(DType dtype, std::span<const int64_t> shape) {
    wasmind_guest_tensor *made = nullptr;
    wasmind_error *error = nullptr;
    wasmind_status status = wasmind_library_tensor(handle.get(), static_cast<wasmind_dtype>(dtype), shape.data(),
                                                   shape.size(), &made, &error);
    if (status != WASMIND_OK)
      return detail::takeError(status, error);
    return GuestTensor(made);
  }
  Result<GuestTensor> tensor(DType dtype, std::initializer_list<int64_t> shape) {
    return tensor(dtype, std::span(shape.begin(), shape.size()));
  }

  /// Index of an operator, for calls that must not look for its name. InvalidArgument names the nearest.
  Result<size_t> find(const char *name) const {
    size_t index = 0;
    wasmind_error *error = nullptr;
    if (wasmind_status status = wasmind_library_find(handle.get(), name, &index, &error); status != WASMIND_OK)
      return detail::takeError(status, error);
    return index;
  }

  /// Calls an operator that makes its outputs. The arguments are inputs, then attributes, which may be given by name
  /// instead. What is wrong and how it ends stands at wasmind_library_call.
  Result<std::vector<GuestTensor>> callAll(const char *name, std::initializer_list<Argument> arguments,
                                           std::initializer_list<NamedArgument> attributes = {}) {
    Result<size_t> index = find(name);
    if (!index)
      return index.error();
    std::vector<wasmind_argument> outputs((*listed)[*index].outputs.size(), wasmind_argument{});
    if (Result<void> done = invoke(*index, arguments, attributes, outputs); !done)
      return done.error();
    std::vector<GuestTensor> made;
    for (const wasmind_argument &output : outputs)
      made.emplace_back(output.of.guest);
    return made;
  }

  /// The same of an operator with one output.
  Result<GuestTensor> call(const char *name, std::initializer_list<Argument> arguments,
                           std::initializer_list<NamedArgument> attributes = {}) {
    Result<size_t> index = find(name);
    if (!index)
      return index.error();
    wasmind_argument output = {};
    if (Result<void> done = invoke(*index, arguments, attributes, {&output, 1}); !done)
      return done.error();
    return GuestTensor(output.of.guest);
  }

  /// Calls an operator that writes into given outputs; linked operators want this. `Operator` is a name or an index.
  template <typename Operator>
  Result<void> callInto(Operator named, std::initializer_list<Argument> outputs,
                        std::initializer_list<Argument> arguments,
                        std::initializer_list<NamedArgument> attributes = {}) {
    size_t index;
    if constexpr (std::is_integral_v<Operator>) {
      index = static_cast<size_t>(named);
    } else {
      Result<size_t> found = find(named);
      if (!found)
        return found.error();
      index = *found;
    }
    wasmind_argument given[maxOperands];
    if (outputs.size() > maxOperands)
      return Error{Status::InvalidArgument, "more outputs than an operator can have"};
    size_t count = 0;
    for (const Argument &output : outputs)
      given[count++] = output.get();
    return invoke(index, arguments, attributes, {given, count});
  }

  wasmind_library *get() const { return handle.get(); }

private:
  static constexpr size_t maxOperands = 12;

  Result<void> invoke(size_t index, std::initializer_list<Argument> arguments,
                      std::initializer_list<NamedArgument> attributes, std::span<wasmind_argument> outputs) {
    wasmind_argument given[2 * maxOperands];
    if (arguments.size() > maxOperands || attributes.size() > maxOperands)
      return Error{Status::InvalidArgument, "more arguments than an operator can have"};
    size_t count = 0;
    for (const Argument &argument : arguments)
      given[count++] = argument.get();
    for (const NamedArgument &attribute : attributes) {
      given[count] = attribute.value.get();
      given[count++].name = attribute.name;
    }
    wasmind_error *error = nullptr;
    wasmind_status status =
        wasmind_library_call(handle.get(), index, given, count, outputs.data(), outputs.size(), &error);
    if (status != WASMIND_OK)
      return detail::takeError(status, error);
    return {};
  }

  template <typename Load> static Result<OperatorLibrary> make(const LoadOptions &options, Load load) {
    const wasmind_load_options known = detail::toC(options);
    wasmind_library *loaded = nullptr;
    wasmind_error *error = nullptr;
    if (wasmind_status status = load(&known, &loaded, &error); status != WASMIND_OK)
      return detail::takeError(status, error);
    OperatorLibrary library;
    library.handle.reset(loaded);
    library.listed = std::make_shared<const std::vector<OperatorDescription>>(describe(loaded));
    return library;
  }

  static std::vector<OperatorDescription> describe(const wasmind_library *library) {
    std::vector<OperatorDescription> operators;
    for (size_t index = 0; index < wasmind_library_operator_count(library); ++index) {
      const wasmind_operator_info info = wasmind_library_operator(library, index);
      OperatorDescription &each = operators.emplace_back();
      each.name = info.name;
      each.isLinked = info.is_linked != 0;
      each.isVariadic = info.is_variadic != 0;
      for (size_t input = 0; input < info.input_count; ++input)
        each.inputs.push_back(wasmind_library_input(library, index, input));
      for (size_t attribute = 0; attribute < info.attribute_count; ++attribute) {
        const wasmind_attribute_info asked = wasmind_library_attribute(library, index, attribute);
        each.attributes.push_back(
            {asked.name, asked.kind, asked.has_default != 0, asked.default_integer, asked.default_number});
      }
      for (size_t output = 0; output < info.output_count; ++output)
        each.outputs.push_back(wasmind_library_output(library, index, output));
      for (size_t variant = 0; variant < info.variant_count; ++variant) {
        OperatorDescription::Variant &built = each.variants.emplace_back();
        for (size_t operand = 0; operand < info.input_count + info.output_count; ++operand)
          (operand < info.input_count ? built.inputs : built.outputs)
              .push_back(static_cast<DType>(wasmind_library_variant(library, index, variant, operand)));
      }
    }
    return operators;
  }

  std::unique_ptr<wasmind_library, detail::Deleter<wasmind_library_delete>> handle;
  std::shared_ptr<const std::vector<OperatorDescription>> listed;
};

} // namespace wasmind
