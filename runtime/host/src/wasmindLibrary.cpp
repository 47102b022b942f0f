//===- wasmindLibrary.cpp - the C interface: operator libraries ---------------------------------------------------===//
//
// Every function here only translates: handles to objects, exceptions to statuses.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "runtime/host/src/OperatorLibrary.h"
#include "runtime/host/src/Report.h"

using namespace wasmind::host;
namespace abi = wasmind::abi;

struct wasmind_library {
  std::shared_ptr<OperatorLibrary> library;
};

namespace {

const abi::Operator *operatorAt(const wasmind_library *library, size_t index) {
  if (!library)
    return nullptr;
  const std::vector<abi::Operator> &operators = library->library->operators();
  return index < operators.size() ? &operators[index] : nullptr;
}

int32_t kindOf(abi::AttributeType type) {
  switch (type) {
  case abi::AttributeType::I64:
    return WASMIND_INTEGER;
  case abi::AttributeType::F64:
    return WASMIND_NUMBER;
  case abi::AttributeType::Bool:
    return WASMIND_BOOLEAN;
  }
  return WASMIND_NONE;
}

wasmind_library *instantiate(std::shared_ptr<const Model> model) {
  return new wasmind_library{std::make_shared<OperatorLibrary>(std::move(model))};
}

} // namespace

wasmind_status wasmind_library_load_file(const char *path, const wasmind_load_options *options,
                                         wasmind_library **library, wasmind_error **error) {
  return guarded(error, [&] {
    require(path, "path");
    require(library, "library");
    *library = instantiate(Model::loadFile(path, LoadOptions::from(options), ModuleKind::Library));
  });
}

wasmind_status wasmind_library_load_bytes(const void *bytes, size_t byte_length, const wasmind_load_options *options,
                                          wasmind_library **library, wasmind_error **error) {
  return guarded(error, [&] {
    if (byte_length != 0)
      require(bytes, "bytes");
    require(library, "library");
    std::span<const uint8_t> module(static_cast<const uint8_t *>(bytes), byte_length);
    *library = instantiate(Model::loadBytes(module, LoadOptions::from(options), ModuleKind::Library));
  });
}

wasmind_status wasmind_library_instantiate(const wasmind_library *library, wasmind_library **instance,
                                           wasmind_error **error) {
  return guarded(error, [&] {
    require(library, "library");
    require(instance, "instance");
    *instance = new wasmind_library{library->library->instantiate()};
  });
}

void wasmind_library_delete(wasmind_library *library) { delete library; }

const char *wasmind_library_signature(const wasmind_library *library) {
  return library ? library->library->model().signature().json().c_str() : nullptr;
}

size_t wasmind_library_operator_count(const wasmind_library *library) {
  return library ? library->library->operators().size() : 0;
}

wasmind_operator_info wasmind_library_operator(const wasmind_library *library, size_t operator_index) {
  const abi::Operator *found = operatorAt(library, operator_index);
  if (!found)
    return {};
  return {found->name.c_str(),      found->origin == abi::Origin::Linked,
          found->variadic,          found->inputs.size(),
          found->attributes.size(), found->outputs.size(),
          found->variants.size()};
}

const char *wasmind_library_input(const wasmind_library *library, size_t operator_index, size_t input) {
  const abi::Operator *found = operatorAt(library, operator_index);
  return found && input < found->inputs.size() ? found->inputs[input].c_str() : nullptr;
}

const char *wasmind_library_output(const wasmind_library *library, size_t operator_index, size_t output) {
  const abi::Operator *found = operatorAt(library, operator_index);
  return found && output < found->outputs.size() ? found->outputs[output].c_str() : nullptr;
}

wasmind_attribute_info wasmind_library_attribute(const wasmind_library *library, size_t operator_index,
                                                 size_t attribute) {
  const abi::Operator *found = operatorAt(library, operator_index);
  if (!found || attribute >= found->attributes.size())
    return {};
  const abi::Attribute &asked = found->attributes[attribute];
  return {asked.name.c_str(), kindOf(asked.type), asked.hasDefault, asked.defaultInteger, asked.defaultNumber};
}

wasmind_dtype wasmind_library_variant(const wasmind_library *library, size_t operator_index, size_t variant,
                                      size_t operand) {
  const abi::Operator *found = operatorAt(library, operator_index);
  if (!found || variant >= found->variants.size())
    return 0;
  const abi::Variant &asked = found->variants[variant];
  if (operand < asked.inputs.size())
    return wasmind_dtype(asked.inputs[operand]);
  operand -= asked.inputs.size();
  return operand < asked.outputs.size() ? wasmind_dtype(asked.outputs[operand]) : 0;
}

wasmind_status wasmind_library_find(const wasmind_library *library, const char *name, size_t *operator_index,
                                    wasmind_error **error) {
  return guarded(error, [&] {
    require(library, "library");
    require(name, "name");
    require(operator_index, "operator_index");
    *operator_index = library->library->find(name);
  });
}

uint64_t wasmind_library_memory_byte_length(const wasmind_library *library) {
  return library ? library->library->memoryByteLength() : 0;
}

wasmind_status wasmind_library_tensor(wasmind_library *library, wasmind_dtype dtype, const int64_t *shape, size_t rank,
                                      wasmind_guest_tensor **tensor, wasmind_error **error) {
  return guarded(error, [&] {
    require(library, "library");
    require(tensor, "tensor");
    if (rank != 0)
      require(shape, "shape");
    if (!wasmind_dtype_name(dtype))
      throw Failure(WASMIND_INVALID_ARGUMENT, "element type of unknown code " + std::to_string(dtype));
    *tensor = library->library->tensor(abi::DType(dtype), {shape, rank}).release();
  });
}

wasmind_status wasmind_guest_tensor_strided(const wasmind_guest_tensor *tensor, int64_t offset, const int64_t *shape,
                                            const int64_t *strides, size_t rank, wasmind_guest_tensor **strided,
                                            wasmind_error **error) {
  return guarded(error, [&] {
    require(tensor, "tensor");
    require(strided, "strided");
    if (rank != 0) {
      require(shape, "shape");
      require(strides, "strides");
    }
    *strided = tensor->block->library->strided(*tensor, offset, {shape, rank}, {strides, rank}).release();
  });
}

wasmind_status wasmind_guest_tensor_transposed(const wasmind_guest_tensor *tensor, const size_t *axes, size_t count,
                                               wasmind_guest_tensor **transposed, wasmind_error **error) {
  return guarded(error, [&] {
    require(tensor, "tensor");
    require(transposed, "transposed");
    if (count != 0)
      require(axes, "axes");
    *transposed = tensor->block->library->transposed(*tensor, {axes, count}).release();
  });
}

wasmind_tensor wasmind_guest_tensor_view(const wasmind_guest_tensor *tensor) {
  return tensor ? tensor->view() : wasmind_tensor{};
}
const int64_t *wasmind_guest_tensor_strides(const wasmind_guest_tensor *tensor) {
  return !tensor || tensor->strides.empty() ? nullptr : tensor->strides.data();
}
void wasmind_guest_tensor_delete(wasmind_guest_tensor *tensor) { delete tensor; }

wasmind_status wasmind_library_call(wasmind_library *library, size_t operator_index, const wasmind_argument *arguments,
                                    size_t argument_count, wasmind_argument *outputs, size_t output_count,
                                    wasmind_error **error) {
  return guarded(error, [&] {
    require(library, "library");
    if (argument_count != 0)
      require(arguments, "arguments");
    if (output_count != 0)
      require(outputs, "outputs");
    library->library->call(operator_index, {arguments, argument_count}, {outputs, output_count});
  });
}
