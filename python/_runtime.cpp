//===- _runtime.cpp - the host's C interface for Python -----------------------------------------------------------===//
//
// Conversion between numpy and wasmind.h, nothing else: names, defaults and rules are in the package's Python files.
// The interpreter lock is free while a module is compiled or runs. An instance is used by one thread at a time; a
// second one waits. What is read of an instance is copied in the same turn: no pointer into it outlives that.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "python/_runtime.h"
#include "runtime/host/include/wasmind.h"
#include <chrono>
#include <cstring>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <utility>
#include <vector>

namespace wasmind::python {

void check(wasmind_status status, wasmind_error *error) {
  if (status == WASMIND_OK)
    return;
  Failure failure{status, wasmind_error_text(error)};
  wasmind_error_delete(error);
  throw failure;
}

nb::dlpack::dtype numpyType(wasmind_dtype dtype) {
  auto make = [&](nb::dlpack::dtype_code code) {
    return nb::dlpack::dtype{uint8_t(code), uint8_t(8 * wasmind_dtype_byte_width(dtype)), 1};
  };
  switch (dtype) {
  case WASMIND_F16:
  case WASMIND_F32:
  case WASMIND_F64:
    return make(nb::dlpack::dtype_code::Float);
  case WASMIND_I8:
  case WASMIND_I16:
  case WASMIND_I32:
  case WASMIND_I64:
    return make(nb::dlpack::dtype_code::Int);
  case WASMIND_BOOL:
    return make(nb::dlpack::dtype_code::Bool);
  case WASMIND_BF16:
  case WASMIND_U8:
  case WASMIND_U16:
  case WASMIND_U32:
  case WASMIND_U64:
    break;
  }
  return make(nb::dlpack::dtype_code::UInt);
}

Turns::Lock::Lock(Turns &turns) : turns(turns) {
  while (!turns.mutex.try_lock_for(std::chrono::milliseconds(100)))
    if (turns.process != getpid())
      throw Failure{WASMIND_INVALID_ARGUMENT, "another thread was using this when the process was forked, so it cannot "
                                              "be used in the child; make a new one"};
  turns.process = getpid();
}

Copy::Copy(const wasmind_tensor &tensor)
    : dtype(tensor.dtype), shape(tensor.shape, tensor.shape + tensor.rank),
      elements(new double[tensor.byte_length / sizeof(double) + 1]) {
  if (tensor.byte_length != 0)
    std::memcpy(elements.get(), tensor.data, tensor.byte_length);
}

nb::object Copy::toNumpy() {
  nb::capsule owner(elements.get(), [](void *data) noexcept { delete[] static_cast<double *>(data); });
  return nb::cast(
      nb::ndarray<nb::numpy>(elements.release(), shape.size(), shape.data(), owner, nullptr, numpyType(dtype)),
      nb::rv_policy::reference);
}

namespace {

class Model {
public:
  Model(const std::string &path, const Options &options) {
    nb::gil_scoped_release release;
    wasmind_load_options known = options.get();
    wasmind_error *error = nullptr;
    check(wasmind_model_load_file(path.c_str(), &known, &handle, &error), error);
  }
  Model(const nb::bytes &bytes, const Options &options) {
    const char *data = bytes.c_str();
    size_t byteLength = bytes.size();
    nb::gil_scoped_release release;
    wasmind_load_options known = options.get();
    wasmind_error *error = nullptr;
    check(wasmind_model_load_bytes(data, byteLength, &known, &handle, &error), error);
  }
  Model(const Model &) = delete;
  ~Model() { wasmind_model_delete(handle); }

  std::vector<std::string> notes() const {
    std::vector<std::string> lines;
    for (size_t note = 0; note < wasmind_model_note_count(handle); ++note)
      lines.emplace_back(wasmind_model_note(handle, note));
    return lines;
  }
  const char *signature() const { return wasmind_model_signature(handle); }
  wasmind_model_info info() const { return wasmind_model_get_info(handle); }
  const wasmind_model *get() const { return handle; }

private:
  wasmind_model *handle = nullptr;
};

/// A view that keeps its owner alive; the memory does not move while it lives.
nb::object viewOf(const wasmind_tensor &tensor, const std::vector<int64_t> &extents, nb::handle owner) {
  std::vector<size_t> shape(extents.begin(), extents.end());
  return nb::cast(
      nb::ndarray<nb::numpy>(tensor.data, shape.size(), shape.data(), owner, nullptr, numpyType(tensor.dtype)),
      nb::rv_policy::reference);
}

/// Per input: an array and the dtype it stands for; None keeps what the input holds.
using Inputs = std::vector<std::optional<std::pair<Array, int>>>;

class Instance {
public:
  explicit Instance(const Model &model) : model(model.get()) {
    nb::gil_scoped_release release;
    wasmind_error *error = nullptr;
    check(wasmind_instance_create(model.get(), &handle, &error), error);
  }
  Instance(const Instance &) = delete;
  ~Instance() { wasmind_instance_delete(handle); }

  /// The outputs belong to this run: they are copied before another thread has its turn. As views they are what the
  /// memory shows, but their extents are those of this run.
  static nb::list run(nb::handle self, size_t function, const Inputs &inputs, bool isCopied) {
    Instance &instance = nb::cast<Instance &>(self);
    std::vector<std::vector<int64_t>> shapes;
    std::vector<wasmind_tensor> tensors;
    shapes.reserve(inputs.size());
    for (const auto &input : inputs) {
      if (!input) {
        tensors.push_back({});
        continue;
      }
      const auto &[array, dtype] = *input;
      const std::vector<int64_t> &shape = shapes.emplace_back(array.shape_ptr(), array.shape_ptr() + array.ndim());
      tensors.push_back(
          {wasmind_dtype(dtype), shape.size(), shape.data(), const_cast<void *>(array.data()), array.nbytes()});
    }
    std::vector<Copy> copies;
    std::vector<std::pair<wasmind_tensor, std::vector<int64_t>>> views;
    {
      nb::gil_scoped_release release;
      Turns::Lock turn(instance.turns);
      wasmind_error *error = nullptr;
      check(wasmind_instance_run(instance.handle, function, tensors.data(), tensors.size(), &error), error);
      const size_t count = wasmind_model_output_count(instance.model, function);
      for (size_t index = 0; index < count; ++index) {
        wasmind_tensor output;
        check(wasmind_instance_output(instance.handle, function, index, &output, &error), error);
        if (isCopied)
          copies.emplace_back(output);
        else
          views.emplace_back(output, std::vector(output.shape, output.shape + output.rank));
      }
    }
    nb::list outputs;
    for (Copy &copy : copies)
      outputs.append(copy.toNumpy());
    for (const auto &[view, shape] : views)
      outputs.append(viewOf(view, shape, self));
    return outputs;
  }

  static nb::object input(nb::handle self, size_t function, size_t input, const std::vector<int64_t> &shape) {
    Instance &instance = nb::cast<Instance &>(self);
    wasmind_tensor tensor;
    {
      nb::gil_scoped_release release;
      Turns::Lock turn(instance.turns);
      wasmind_error *error = nullptr;
      check(wasmind_instance_resize_input(instance.handle, function, input, shape.data(), shape.size(), &error), error);
      check(wasmind_instance_input(instance.handle, function, input, &tensor, &error), error);
    }
    return viewOf(tensor, shape, self);
  }

  void reset() {
    nb::gil_scoped_release release;
    Turns::Lock turn(turns);
    wasmind_error *error = nullptr;
    check(wasmind_instance_reset(handle, &error), error);
  }

  int64_t extent(size_t dim) {
    nb::gil_scoped_release release;
    Turns::Lock turn(turns);
    wasmind_error *error = nullptr;
    int64_t value = 0;
    check(wasmind_instance_extent(handle, dim, &value, &error), error);
    return value;
  }

private:
  const wasmind_model *model; // kept alive by nb::keep_alive
  wasmind_instance *handle = nullptr;
  Turns turns;
};

} // namespace
} // namespace wasmind::python

using namespace wasmind::python;
using namespace nb::literals;

NB_MODULE(_runtime, m) {
  m.attr("version") = wasmind_version();
  m.attr("index_file") = WASMIND_INDEX_FILE;
  nb::register_exception_translator([](const std::exception_ptr &pointer, void *) {
    try {
      std::rethrow_exception(pointer);
    } catch (const Failure &failure) {
      nb::object type = nb::module_::import_("wasmind.error").attr("WasmindError");
      PyErr_SetObject(type.ptr(), type(wasmind_status_name(failure.status), failure.text).ptr());
    } catch (const std::bad_alloc &) {
      nb::object type = nb::module_::import_("wasmind.error").attr("WasmindError");
      PyErr_SetObject(type.ptr(), type(wasmind_status_name(WASMIND_LIMIT), "out of memory").ptr());
    }
  });

  nb::class_<Options>(m, "Options")
      .def(nb::init<uint64_t, uint64_t, uint64_t, uint64_t, bool, std::optional<std::string>,
                    std::optional<std::string>>(),
           "max_memory_bytes"_a, "max_module_bytes"_a, "max_code_bytes"_a, "time_limit_ms"_a, "cache"_a,
           "cache_folder"_a.none(), "weights_folder"_a.none());

  nb::class_<wasmind_model_info>(m, "ModelInfo")
      .def_ro("memory_bytes", &wasmind_model_info::memory_byte_length)
      .def_ro("code_bytes", &wasmind_model_info::code_byte_length)
      .def_ro("weight_bytes", &wasmind_model_info::weight_byte_length)
      .def_ro("module_bytes", &wasmind_model_info::module_byte_length)
      .def_prop_ro("was_cached", [](const wasmind_model_info &info) { return info.was_cached != 0; });

  nb::class_<Model>(m, "Model")
      .def(nb::init<const nb::bytes &, const Options &>())
      .def(nb::init<const std::string &, const Options &>())
      .def_prop_ro("notes", &Model::notes)
      .def_prop_ro("signature", &Model::signature)
      .def_prop_ro("info", &Model::info);

  nb::class_<Instance>(m, "Instance")
      .def(nb::init<const Model &>(), nb::keep_alive<1, 2>())
      .def("run", &Instance::run, "function"_a, "inputs"_a, "copy"_a)
      .def("input", &Instance::input, "function"_a, "input"_a, "shape"_a)
      .def("extent", &Instance::extent, "dim"_a)
      .def("reset", &Instance::reset);

  addLibrary(m);
}
