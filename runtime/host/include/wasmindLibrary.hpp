//===- wasmindLibrary.hpp - operator libraries and guest tensors --------------------------------------------------===//
//
// Operators called by name on tensors in a library's memory. Included by wasmind.hpp.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "wasmindTensor.hpp"
#include <cassert>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace wasmind {

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
