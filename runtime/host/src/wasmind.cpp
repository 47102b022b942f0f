//===- wasmind.cpp - the C interface ------------------------------------------------------------------------------===//
//
// Every function here only translates: handles to objects, exceptions to statuses.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "wasmind.h"
#include "runtime/host/src/Instance.h"
#include "runtime/host/src/Report.h"

using namespace wasmind::host;
namespace abi = wasmind::abi;

struct wasmind_model {
  std::shared_ptr<const Model> model;
};
struct wasmind_instance {
  Instance instance;
};

namespace {

std::optional<abi::DType> toDType(wasmind_dtype given) {
  switch (given) {
#define WASMIND_DTYPE(enumerator, name, code, byteWidth, npyDescr, typedArray)                                         \
  case code:                                                                                                           \
    return abi::DType::enumerator;
#include "abi/abi.def"
  }
  return std::nullopt;
}

/// Null where there is no such entry.
const abi::Function *functionOf(const wasmind_model *model, size_t function) {
  return model ? model->model->signature().function(function) : nullptr;
}

} // namespace

const char *wasmind_error_text(const wasmind_error *error) { return error ? error->text.c_str() : "out of memory"; }
wasmind_status wasmind_error_status(const wasmind_error *error) { return error ? error->status : WASMIND_LIMIT; }
const char *wasmind_error_kind(const wasmind_error *error) { return error ? error->kind : ""; }
void wasmind_error_delete(wasmind_error *error) { delete error; }

const char *wasmind_status_name(wasmind_status status) {
  switch (status) {
  case WASMIND_OK:
    return "Ok";
  case WASMIND_INVALID_ARGUMENT:
    return "InvalidArgument";
  case WASMIND_INVALID_MODULE:
    return "InvalidModule";
  case WASMIND_UNSUPPORTED:
    return "Unsupported";
  case WASMIND_LIMIT:
    return "Limit";
  case WASMIND_TRAP:
    return "Trap";
  case WASMIND_IO:
    return "Io";
  }
  return "Unknown";
}

const char *wasmind_dtype_name(wasmind_dtype dtype) {
  std::optional<abi::DType> known = toDType(dtype);
  return known ? abi::nameOf(*known).data() : nullptr; // literals, so NUL-terminated
}
size_t wasmind_dtype_byte_width(wasmind_dtype dtype) {
  std::optional<abi::DType> known = toDType(dtype);
  return known ? size_t(abi::byteWidth(*known)) : 0;
}
const char *wasmind_version(void) { return WASMIND_VERSION; }

wasmind_status wasmind_model_load_file(const char *path, const wasmind_load_options *options, wasmind_model **model,
                                       wasmind_error **error) {
  return guarded(error, [&] {
    require(path, "path");
    require(model, "model");
    *model = new wasmind_model{Model::loadFile(path, LoadOptions::from(options))};
  });
}

wasmind_status wasmind_model_load_bytes(const void *bytes, size_t byte_length, const wasmind_load_options *options,
                                        wasmind_model **model, wasmind_error **error) {
  return guarded(error, [&] {
    if (byte_length != 0)
      require(bytes, "bytes");
    require(model, "model");
    std::span<const uint8_t> module(static_cast<const uint8_t *>(bytes), byte_length);
    *model = new wasmind_model{Model::loadBytes(module, LoadOptions::from(options))};
  });
}

void wasmind_model_delete(wasmind_model *model) { delete model; }

wasmind_model_info wasmind_model_get_info(const wasmind_model *model) {
  return model ? model->model->info() : wasmind_model_info{};
}
size_t wasmind_model_note_count(const wasmind_model *model) { return model ? model->model->notes().size() : 0; }
const char *wasmind_model_note(const wasmind_model *model, size_t note) {
  return note < wasmind_model_note_count(model) ? model->model->notes()[note].c_str() : nullptr;
}
const char *wasmind_model_signature(const wasmind_model *model) {
  return model ? model->model->signature().json().c_str() : nullptr;
}
size_t wasmind_model_dim_count(const wasmind_model *model) {
  return model ? model->model->signature().contract().dims.size() : 0;
}
wasmind_dim_info wasmind_model_dim(const wasmind_model *model, size_t dim) {
  return model ? model->model->signature().dim(dim) : wasmind_dim_info{};
}

size_t wasmind_model_function_count(const wasmind_model *model) {
  return model ? model->model->signature().contract().functions.size() : 0;
}
const char *wasmind_model_function_name(const wasmind_model *model, size_t function) {
  const abi::Function *entry = functionOf(model, function);
  return entry ? entry->name.c_str() : nullptr;
}
size_t wasmind_model_input_count(const wasmind_model *model, size_t function) {
  const abi::Function *entry = functionOf(model, function);
  return entry ? entry->inputs.size() : 0;
}
size_t wasmind_model_output_count(const wasmind_model *model, size_t function) {
  const abi::Function *entry = functionOf(model, function);
  return entry ? entry->outputs.size() : 0;
}
size_t wasmind_model_state_count(const wasmind_model *model, size_t function) {
  const abi::Function *entry = functionOf(model, function);
  return entry ? entry->state.size() : 0;
}
wasmind_tensor_info wasmind_model_input(const wasmind_model *model, size_t function, size_t input) {
  return model ? model->model->signature().input(function, input) : wasmind_tensor_info{};
}
wasmind_tensor_info wasmind_model_output(const wasmind_model *model, size_t function, size_t output) {
  return model ? model->model->signature().output(function, output) : wasmind_tensor_info{};
}
wasmind_tensor_info wasmind_model_state(const wasmind_model *model, size_t function, size_t state) {
  return model ? model->model->signature().state(function, state) : wasmind_tensor_info{};
}

wasmind_status wasmind_instance_create(const wasmind_model *model, wasmind_instance **instance, wasmind_error **error) {
  return guarded(error, [&] {
    require(model, "model");
    require(instance, "instance");
    *instance = new wasmind_instance{Instance(model->model)};
  });
}

void wasmind_instance_delete(wasmind_instance *instance) { delete instance; }

wasmind_status wasmind_instance_resize_input(wasmind_instance *instance, size_t function, size_t input,
                                             const int64_t *shape, size_t rank, wasmind_error **error) {
  return guarded(error, [&] {
    require(instance, "instance");
    if (rank != 0)
      require(shape, "shape");
    instance->instance.resizeInput(function, input, {shape, rank});
  });
}

wasmind_status wasmind_instance_input(wasmind_instance *instance, size_t function, size_t input, wasmind_tensor *tensor,
                                      wasmind_error **error) {
  return guarded(error, [&] {
    require(instance, "instance");
    require(tensor, "tensor");
    *tensor = instance->instance.input(function, input);
  });
}

wasmind_status wasmind_instance_run(wasmind_instance *instance, size_t function, const wasmind_tensor *inputs,
                                    size_t input_count, wasmind_error **error) {
  return guarded(error, [&] {
    require(instance, "instance");
    if (input_count != 0)
      require(inputs, "inputs");
    instance->instance.run(function, {inputs, input_count});
  });
}

wasmind_status wasmind_instance_output(wasmind_instance *instance, size_t function, size_t output,
                                       wasmind_tensor *tensor, wasmind_error **error) {
  return guarded(error, [&] {
    require(instance, "instance");
    require(tensor, "tensor");
    *tensor = instance->instance.output(function, output);
  });
}

wasmind_status wasmind_instance_extent(const wasmind_instance *instance, size_t dim, int64_t *extent,
                                       wasmind_error **error) {
  return guarded(error, [&] {
    require(instance, "instance");
    require(extent, "extent");
    *extent = instance->instance.extent(dim);
  });
}

wasmind_status wasmind_instance_reset(wasmind_instance *instance, wasmind_error **error) {
  return guarded(error, [&] {
    require(instance, "instance");
    instance->instance.reset();
  });
}
