//===- _runtime.cpp - the host's C interface for Python -----------------------------------------------------------===//
//
// Conversion between numpy and wasmind.h, nothing else: names, defaults and rules are in the package's Python files.
// The interpreter lock is free while a module is compiled or runs. An instance is used by one thread at a time; a
// second one waits.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "runtime/host/include/wasmind.h"
#include <cmath>
#include <cstring>
#include <memory>
#include <mutex>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;
using namespace nb::literals;

namespace {

/// Becomes wasmind.error.WasmindError.
struct Failure {
  wasmind_status status;
  std::string text;
};

void check(wasmind_status status, wasmind_error *error) {
  if (status == WASMIND_OK)
    return;
  Failure failure{status, wasmind_error_text(error)};
  wasmind_error_delete(error);
  throw failure;
}

struct Options {
  uint64_t maxMemoryByteLength, maxModuleByteLength, timeLimitMs;
  bool isCached;
  std::optional<std::string> cacheFolder, weightsFolder;

  wasmind_load_options get() const {
    wasmind_load_options options = WASMIND_LOAD_OPTIONS_INIT;
    options.max_memory_byte_length = maxMemoryByteLength;
    options.max_module_byte_length = maxModuleByteLength;
    options.time_limit_ms = timeLimitMs;
    options.disable_cache = !isCached;
    options.cache_folder = cacheFolder ? cacheFolder->c_str() : nullptr;
    options.weights_folder = weightsFolder ? weightsFolder->c_str() : nullptr;
    return options;
  }
};

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

  const char *signature() const { return wasmind_model_signature(handle); }
  wasmind_model_info info() const { return wasmind_model_get_info(handle); }
  const wasmind_model *get() const { return handle; }

private:
  wasmind_model *handle = nullptr;
};

/// numpy has no bfloat16: such tensors cross as 16-bit unsigned integers, and the Python side names their type.
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

using Array = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>;
/// An array and the dtype it stands for.
using Input = std::pair<Array, int>;

class Instance {
public:
  explicit Instance(const Model &model) : model(model.get()) {
    nb::gil_scoped_release release;
    wasmind_error *error = nullptr;
    check(wasmind_instance_create(model.get(), &handle, &error), error);
  }
  Instance(const Instance &) = delete;
  ~Instance() { wasmind_instance_delete(handle); }

  /// One array per input, or none to run on what the input views hold.
  void run(size_t function, const std::vector<Input> &inputs) {
    std::vector<std::vector<int64_t>> shapes;
    std::vector<wasmind_tensor> tensors;
    shapes.reserve(inputs.size());
    for (const auto &[array, dtype] : inputs) {
      const std::vector<int64_t> &shape = shapes.emplace_back(array.shape_ptr(), array.shape_ptr() + array.ndim());
      tensors.push_back(
          {wasmind_dtype(dtype), shape.size(), shape.data(), const_cast<void *>(array.data()), array.nbytes()});
    }
    nb::gil_scoped_release release;
    std::scoped_lock lock(inUse);
    wasmind_error *error = nullptr;
    check(wasmind_instance_run(handle, function, tensors.data(), tensors.size(), &error), error);
  }

  void resizeInput(size_t function, size_t input, const std::vector<int64_t> &shape) {
    nb::gil_scoped_release release;
    std::scoped_lock lock(inUse);
    wasmind_error *error = nullptr;
    check(wasmind_instance_resize_input(handle, function, input, shape.data(), shape.size(), &error), error);
  }

  wasmind_tensor input(size_t function, size_t input) {
    nb::gil_scoped_release release;
    std::scoped_lock lock(inUse);
    wasmind_tensor tensor;
    wasmind_error *error = nullptr;
    check(wasmind_instance_input(handle, function, input, &tensor, &error), error);
    return tensor;
  }

  std::vector<wasmind_tensor> outputs(size_t function) {
    nb::gil_scoped_release release;
    std::scoped_lock lock(inUse);
    std::vector<wasmind_tensor> tensors(wasmind_model_output_count(model, function));
    for (size_t index = 0; index < tensors.size(); ++index) {
      wasmind_error *error = nullptr;
      check(wasmind_instance_output(handle, function, index, &tensors[index], &error), error);
    }
    return tensors;
  }

private:
  const wasmind_model *model; // kept alive by nb::keep_alive
  wasmind_instance *handle = nullptr;
  std::mutex inUse;
};

/// What a library's objects share; the last of them ends it.
class LibraryHandle {
public:
  LibraryHandle() = default;
  LibraryHandle(const LibraryHandle &) = delete;
  ~LibraryHandle() { wasmind_library_delete(handle); }

  wasmind_library *handle = nullptr;
  std::mutex inUse;
};

/// A tensor in a library's memory. Views of it hold the handle, so its memory goes back after `free` when they are
/// gone.
class GuestTensor {
public:
  using Handle = std::shared_ptr<wasmind_guest_tensor>;

  GuestTensor(std::shared_ptr<LibraryHandle> library, wasmind_guest_tensor *handle)
      : library(std::move(library)), handle(handle, wasmind_guest_tensor_delete) {}
  GuestTensor(const GuestTensor &) = delete;

  void free() { handle.reset(); }
  bool isFreed() const { return !handle; }
  /// Shared, so that a call that runs without the interpreter lock outlasts a `free` meanwhile.
  const Handle &get() const {
    if (!handle)
      throw Failure{WASMIND_INVALID_ARGUMENT, "the guest tensor was freed"};
    return handle;
  }
  wasmind_tensor view() const { return wasmind_guest_tensor_view(get().get()); }
  const int64_t *strides() const { return wasmind_guest_tensor_strides(get().get()); }

  std::unique_ptr<GuestTensor> strided(const std::vector<int64_t> &shape, const std::vector<int64_t> &strides,
                                       int64_t offset) const {
    if (shape.size() != strides.size())
      throw Failure{WASMIND_INVALID_ARGUMENT, "as many strides as extents are needed"};
    return shownBy([&](const wasmind_guest_tensor *shown, wasmind_guest_tensor **made, wasmind_error **error) {
      return wasmind_guest_tensor_strided(shown, offset, shape.data(), strides.data(), shape.size(), made, error);
    });
  }
  std::unique_ptr<GuestTensor> transposed(const std::vector<size_t> &axes) const {
    return shownBy([&](const wasmind_guest_tensor *shown, wasmind_guest_tensor **made, wasmind_error **error) {
      return wasmind_guest_tensor_transposed(shown, axes.data(), axes.size(), made, error);
    });
  }

  /// An array of `type` over the elements where they are.
  template <typename Framework> nb::object array(nb::dlpack::dtype type) const {
    const wasmind_tensor tensor = view();
    const std::vector<size_t> shape(tensor.shape, tensor.shape + tensor.rank);
    nb::capsule owner(new Handle(get()), [](void *held) noexcept { delete static_cast<Handle *>(held); });
    return nb::cast(nb::ndarray<Framework>(tensor.data, shape.size(), shape.data(), owner, strides(), type),
                    nb::rv_policy::reference);
  }

private:
  template <typename Show> std::unique_ptr<GuestTensor> shownBy(Show show) const {
    const Handle shown = get();
    wasmind_guest_tensor *made = nullptr;
    {
      nb::gil_scoped_release release;
      std::scoped_lock lock(library->inUse);
      wasmind_error *error = nullptr;
      check(show(shown.get(), &made, &error), error);
    }
    return std::make_unique<GuestTensor>(library, made);
  }

  std::shared_ptr<LibraryHandle> library;
  Handle handle;
};

/// DLPack's own type, which bfloat16 has.
nb::dlpack::dtype dlpackType(wasmind_dtype dtype) {
  return dtype == WASMIND_BF16 ? nb::dlpack::dtype{uint8_t(nb::dlpack::dtype_code::Bfloat), 16, 1} : numpyType(dtype);
}

/// 0 of a type that no tensor has.
wasmind_dtype dtypeOf(nb::dlpack::dtype type) {
  if (type.lanes != 1)
    return 0;
  for (wasmind_dtype dtype = WASMIND_F32; dtype <= WASMIND_BOOL; ++dtype)
    if (dlpackType(dtype) == type)
      return dtype;
  return 0;
}

class Library {
public:
  Library(const std::string &path, const Options &options) : shared(std::make_shared<LibraryHandle>()) {
    nb::gil_scoped_release release;
    wasmind_load_options known = options.get();
    wasmind_error *error = nullptr;
    check(wasmind_library_load_file(path.c_str(), &known, &shared->handle, &error), error);
  }
  Library(const nb::bytes &bytes, const Options &options) : shared(std::make_shared<LibraryHandle>()) {
    const char *data = bytes.c_str();
    size_t byteLength = bytes.size();
    nb::gil_scoped_release release;
    wasmind_load_options known = options.get();
    wasmind_error *error = nullptr;
    check(wasmind_library_load_bytes(data, byteLength, &known, &shared->handle, &error), error);
  }

  explicit Library(const Library &other) : shared(std::make_shared<LibraryHandle>()) {
    nb::gil_scoped_release release;
    wasmind_error *error = nullptr;
    check(wasmind_library_instantiate(other.shared->handle, &shared->handle, &error), error);
  }
  std::unique_ptr<Library> instantiate() const { return std::make_unique<Library>(*this); }

  const char *signature() const { return wasmind_library_signature(shared->handle); }

  size_t find(const char *name) const {
    size_t index = 0;
    wasmind_error *error = nullptr;
    check(wasmind_library_find(shared->handle, name, &index, &error), error);
    return index;
  }

  uint64_t memoryByteLength() const {
    nb::gil_scoped_release release;
    std::scoped_lock lock(shared->inUse);
    return wasmind_library_memory_byte_length(shared->handle);
  }

  std::unique_ptr<GuestTensor> tensor(int dtype, const std::vector<int64_t> &shape) {
    wasmind_guest_tensor *tensor = nullptr;
    {
      nb::gil_scoped_release release;
      std::scoped_lock lock(shared->inUse);
      wasmind_error *error = nullptr;
      check(wasmind_library_tensor(shared->handle, dtype, shape.data(), shape.size(), &tensor, &error), error);
    }
    return std::make_unique<GuestTensor>(shared, tensor);
  }

  /// `arguments`: arrays, pairs of an array and the dtype it stands for, guest tensors, numbers. `attributes`: of the
  /// same names. `outputs`: arrays, pairs, guest tensors or None. Returns per output what was made for a None: an
  /// array, or a guest tensor when an argument is one; else None.
  nb::list call(size_t index, nb::tuple arguments, nb::dict attributes, nb::tuple outputs) {
    const char *called = wasmind_library_operator(shared->handle, index).name;
    Arguments given(called ? called : "", arguments.size() + attributes.size() + outputs.size());
    for (nb::handle argument : arguments)
      given.add(argument);
    for (auto [name, value] : attributes)
      given.add(value, nb::cast<const char *>(name));
    const size_t argumentCount = given.list.size();
    for (nb::handle output : outputs)
      given.add(output);
    wasmind_argument *results = given.list.data() + argumentCount;
    {
      nb::gil_scoped_release release;
      std::scoped_lock lock(shared->inUse);
      wasmind_error *error = nullptr;
      check(wasmind_library_call(shared->handle, index, given.list.data(), argumentCount, results, outputs.size(),
                                 &error),
            error);
    }
    nb::list made;
    for (size_t output = 0; output < outputs.size(); ++output)
      if (outputs[output].is_none() && results[output].kind == WASMIND_GUEST_TENSOR)
        made.append(!given.guests.empty() ? nb::cast(std::make_unique<GuestTensor>(shared, results[output].of.guest))
                                          : takeArray(results[output].of.guest));
      else
        made.append(nb::none());
    return made;
  }

private:
  /// An array of its own with the elements; the guest tensor is freed.
  static nb::object takeArray(wasmind_guest_tensor *tensor) {
    const wasmind_tensor view = wasmind_guest_tensor_view(tensor);
    std::vector<size_t> shape(view.shape, view.shape + view.rank);
    // Aligned to every element type.
    auto *elements = new double[view.byte_length / sizeof(double) + 1];
    nb::capsule owner(elements, [](void *data) noexcept { delete[] static_cast<double *>(data); });
    if (view.byte_length != 0)
      memcpy(elements, view.data, view.byte_length);
    const wasmind_dtype dtype = view.dtype;
    wasmind_guest_tensor_delete(tensor);
    return nb::cast(nb::ndarray<nb::numpy>(elements, shape.size(), shape.data(), owner, nullptr, numpyType(dtype)),
                    nb::rv_policy::reference);
  }

  /// The C arguments and what they point into.
  struct Arguments {
    Arguments(const char *called, size_t count) : called(called) {
      list.reserve(count);
      shapes.reserve(count);
      arrays.reserve(count);
    }

    void add(nb::handle value, const char *name = nullptr) {
      wasmind_argument &argument = list.emplace_back();
      argument.name = name;
      if (value.is_none())
        return;
      if (GuestTensor *guest; nb::try_cast(value, guest)) {
        argument.kind = WASMIND_GUEST_TENSOR;
        argument.of.guest = guests.emplace_back(guest->get()).get();
      } else if (PyBool_Check(value.ptr())) {
        argument.kind = WASMIND_BOOLEAN;
        argument.of.integer = value.is(Py_True);
      } else if (PyFloat_Check(value.ptr())) {
        argument.kind = WASMIND_NUMBER;
        argument.of.number = PyFloat_AS_DOUBLE(value.ptr());
      } else if (PyLong_Check(value.ptr())) {
        addInteger(argument, value.ptr());
      } else if (PyTuple_Check(value.ptr())) {
        addArray(argument, value[0], nb::cast<int>(value[1]));
      } else {
        addArray(argument, value, 0);
      }
    }

    void addInteger(wasmind_argument &argument, PyObject *value) {
      int overflow = 0;
      argument.kind = WASMIND_INTEGER;
      argument.of.integer = PyLong_AsLongLongAndOverflow(value, &overflow);
      if (!overflow)
        return;
      argument.kind = WASMIND_UNSIGNED;
      argument.of.unsigned_integer = PyLong_AsUnsignedLongLong(value);
      if (PyErr_Occurred()) {
        PyErr_Clear();
        throw Failure{WASMIND_INVALID_ARGUMENT, called + ": an integer does not fit 64 bits"};
      }
    }

    void addArray(wasmind_argument &argument, nb::handle value, wasmind_dtype dtype) {
      nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu> array;
      if (!nb::try_cast(value, array))
        throw Failure{WASMIND_INVALID_ARGUMENT,
                      called + ": " + nb::cast<std::string>(nb::repr(value.type())) + " is no dense array of numbers"};
      const std::vector<int64_t> &shape = shapes.emplace_back(array.shape_ptr(), array.shape_ptr() + array.ndim());
      argument.kind = WASMIND_TENSOR;
      argument.of.tensor = {dtype ? dtype : dtypeOf(array.dtype()), shape.size(), shape.data(),
                            const_cast<void *>(array.data()), array.nbytes()};
      arrays.push_back(std::move(array));
    }

    std::string called; ///< the operator
    std::vector<wasmind_argument> list;
    std::vector<GuestTensor::Handle> guests;
    std::vector<std::vector<int64_t>> shapes;
    std::vector<nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>> arrays;
  };

  std::shared_ptr<LibraryHandle> shared;
};

/// A view that keeps its owner alive; the memory does not move while it lives.
nb::object viewOf(const wasmind_tensor &tensor, nb::handle owner) {
  std::vector<size_t> shape(tensor.shape, tensor.shape + tensor.rank);
  return nb::cast(
      nb::ndarray<nb::numpy>(tensor.data, shape.size(), shape.data(), owner, nullptr, numpyType(tensor.dtype)),
      nb::rv_policy::reference);
}

} // namespace

NB_MODULE(_runtime, m) {
  m.attr("version") = wasmind_version();
  nb::register_exception_translator([](const std::exception_ptr &pointer, void *) {
    try {
      std::rethrow_exception(pointer);
    } catch (const Failure &failure) {
      nb::object type = nb::module_::import_("wasmind.error").attr("WasmindError");
      PyErr_SetObject(type.ptr(), type(wasmind_status_name(failure.status), failure.text).ptr());
    }
  });

  nb::class_<Options>(m, "Options")
      .def(nb::init<uint64_t, uint64_t, uint64_t, bool, std::optional<std::string>, std::optional<std::string>>(),
           "max_memory_bytes"_a, "max_module_bytes"_a, "time_limit_ms"_a, "cache"_a, "cache_folder"_a.none(),
           "weights_folder"_a.none());

  nb::class_<wasmind_model_info>(m, "ModelInfo")
      .def_ro("memory_bytes", &wasmind_model_info::memory_byte_length)
      .def_ro("code_bytes", &wasmind_model_info::code_byte_length)
      .def_ro("weight_bytes", &wasmind_model_info::weight_byte_length)
      .def_ro("module_bytes", &wasmind_model_info::module_byte_length)
      .def_prop_ro("was_cached", [](const wasmind_model_info &info) { return info.was_cached != 0; });

  nb::class_<Model>(m, "Model")
      .def(nb::init<const nb::bytes &, const Options &>())
      .def(nb::init<const std::string &, const Options &>())
      .def_prop_ro("signature", &Model::signature)
      .def_prop_ro("info", &Model::info);

  nb::class_<Instance>(m, "Instance")
      .def(nb::init<const Model &>(), nb::keep_alive<1, 2>())
      .def("run", &Instance::run, "function"_a, "inputs"_a)
      .def("resize_input", &Instance::resizeInput, "function"_a, "input"_a, "shape"_a)
      .def(
          "input",
          [](nb::handle self, size_t function, size_t input) {
            return viewOf(nb::cast<Instance &>(self).input(function, input), self);
          },
          "function"_a, "input"_a)
      .def(
          "outputs",
          [](nb::handle self, size_t function) {
            nb::list views;
            for (const wasmind_tensor &tensor : nb::cast<Instance &>(self).outputs(function))
              views.append(viewOf(tensor, self));
            return views;
          },
          "function"_a);

  nb::class_<GuestTensor>(m, "GuestTensor", "A tensor in the memory of an OperatorLibrary; see OperatorLibrary.tensor.")
      .def_prop_ro("shape",
                   [](const GuestTensor &self) {
                     const wasmind_tensor view = self.view();
                     nb::list extents;
                     for (size_t axis = 0; axis < view.rank; ++axis)
                       extents.append(view.shape[axis]);
                     return nb::tuple(extents);
                   })
      .def_prop_ro("dtype", [](const GuestTensor &self) { return wasmind_dtype_name(self.view().dtype); })
      .def_prop_ro("is_freed", &GuestTensor::isFreed)
      .def(
          "numpy", [](const GuestTensor &self) { return self.array<nb::numpy>(numpyType(self.view().dtype)); },
          "A view of the elements, no copy; it stays where it is when the memory grows, and keeps the library and the "
          "tensor's memory, also after `free`. bfloat16 appears as uint16.")
      .def("free", &GuestTensor::free,
           "Gives the memory back as soon as no view and no strided tensor shows it; what happens anyway when this "
           "object is gone.")
      .def("strided", &GuestTensor::strided, "shape"_a, "strides"_a, "offset"_a = 0,
           "The same elements in another order, no copy: strides in elements, of either sign; `offset` elements behind "
           "this tensor's first one. Raises InvalidArgument when an element lies outside of the tensor.")
      .def(
          "transposed",
          [](const GuestTensor &self, nb::args axes) { return self.transposed(nb::cast<std::vector<size_t>>(axes)); },
          "The axes in another order, no copy: axis i is axis `axes[i]` of this tensor; none given: back to front.")
      .def("__array__",
           [](const GuestTensor &self, nb::args arguments, nb::kwargs named) {
             nb::object view = self.array<nb::numpy>(numpyType(self.view().dtype));
             return nb::module_::import_("numpy").attr("array")(view, *arguments, **named);
           })
      // By nanobind's own array, which refuses what it cannot do with BufferError.
      .def("__dlpack__",
           [](const GuestTensor &self, nb::kwargs named) {
             return self.array<nb::array_api>(dlpackType(self.view().dtype)).attr("__dlpack__")(**named);
           })
      .def("__dlpack_device__",
           [](const GuestTensor &self) {
             self.get();
             return nb::make_tuple(int(nb::device::cpu::value), 0);
           })
      .def("__enter__", [](nb::handle self) { return nb::borrow(self); })
      .def("__exit__", [](GuestTensor &self, nb::args) { self.free(); })
      .def("__repr__", [](nb::handle self) {
        if (nb::cast<GuestTensor &>(self).isFreed())
          return nb::str("<wasmind.GuestTensor freed>");
        return nb::str("<wasmind.GuestTensor {}{}>").format(self.attr("dtype"), nb::list(self.attr("shape")));
      });

  m.def(
      "is_array",
      [](nb::handle value) {
        Array array;
        return nb::try_cast(value, array);
      },
      "value"_a, "Whether a call takes `value` as a dense array.");

  nb::class_<Library>(m, "Library")
      .def(nb::init<const nb::bytes &, const Options &>())
      .def(nb::init<const std::string &, const Options &>())
      .def_prop_ro("signature", &Library::signature)
      .def_prop_ro("memory_bytes", &Library::memoryByteLength)
      .def("instantiate", &Library::instantiate)
      .def("find", &Library::find, "name"_a)
      .def("tensor", &Library::tensor, "dtype"_a, "shape"_a)
      .def("call", &Library::call, "index"_a, "arguments"_a, "attributes"_a, "outputs"_a);
}
