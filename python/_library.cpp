//===- _library.cpp - operator libraries and guest tensors for Python ---------------------------------------------===//
//
// Conversion between Python and wasmind.h, nothing else, as in _runtime.cpp. A library and its tensors are used by one
// thread at a time; a second one waits.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "python/_runtime.h"
#include <cstring>
#include <memory>
#include <mutex>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

namespace wasmind::python {

using namespace nb::literals;

namespace {

/// Throws a Failure that names `what` when `value` is of another kind, or too large for 64 bits.
template <typename T> T fromPython(nb::handle value, const char *what) {
  T converted;
  if (!nb::try_cast(value, converted))
    throw Failure{WASMIND_INVALID_ARGUMENT, std::string(what) + ": not made of integers of 64 bits"};
  return converted;
}

/// What a library's objects share; the last of them ends it.
class LibraryHandle {
public:
  LibraryHandle() = default;
  LibraryHandle(const LibraryHandle &) = delete;
  ~LibraryHandle() { wasmind_library_delete(handle); }

  wasmind_library *handle = nullptr;
  Turns turns;
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
  /// Lives as long as the handle.
  wasmind_tensor view() const { return wasmind_guest_tensor_view(get().get()); }

  std::unique_ptr<GuestTensor> strided(nb::handle givenShape, nb::handle givenStrides, nb::handle givenOffset) const {
    const auto shape = fromPython<std::vector<int64_t>>(givenShape, "strided: shape"),
               strides = fromPython<std::vector<int64_t>>(givenStrides, "strided: strides");
    const auto offset = fromPython<int64_t>(givenOffset, "strided: offset");
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
    const Handle shown = get(); // whatever runs meanwhile may free it
    const wasmind_tensor tensor = wasmind_guest_tensor_view(shown.get());
    const std::vector<size_t> shape(tensor.shape, tensor.shape + tensor.rank);
    nb::capsule owner(new Handle(shown), [](void *held) noexcept { delete static_cast<Handle *>(held); });
    return nb::cast(nb::ndarray<Framework>(tensor.data, shape.size(), shape.data(), owner,
                                           wasmind_guest_tensor_strides(shown.get()), type),
                    nb::rv_policy::reference);
  }

private:
  template <typename Show> std::unique_ptr<GuestTensor> shownBy(Show show) const {
    const Handle shown = get();
    wasmind_guest_tensor *made = nullptr;
    {
      nb::gil_scoped_release release;
      Turns::Lock turn(library->turns);
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
    Turns::Lock turn(shared->turns);
    return wasmind_library_memory_byte_length(shared->handle);
  }

  std::unique_ptr<GuestTensor> tensor(int dtype, const std::vector<int64_t> &shape) {
    wasmind_guest_tensor *tensor = nullptr;
    {
      nb::gil_scoped_release release;
      Turns::Lock turn(shared->turns);
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
      Turns::Lock turn(shared->turns);
      wasmind_error *error = nullptr;
      check(wasmind_library_call(shared->handle, index, given.list.data(), argumentCount, results, outputs.size(),
                                 &error),
            error);
    }
    std::vector<std::unique_ptr<GuestTensor>> tensors(outputs.size());
    for (size_t output = 0; output < outputs.size(); ++output)
      if (outputs[output].is_none() && results[output].kind == WASMIND_GUEST_TENSOR)
        tensors[output] = std::make_unique<GuestTensor>(shared, results[output].of.guest);
    nb::list made;
    for (std::unique_ptr<GuestTensor> &tensor : tensors)
      if (!tensor)
        made.append(nb::none());
      else if (given.guests.empty())
        made.append(Copy(tensor->view()).toNumpy());
      else
        made.append(nb::cast(std::move(tensor)));
    return made;
  }

private:
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
      Array array;
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
    std::vector<Array> arrays;
  };

  std::shared_ptr<LibraryHandle> shared;
};

} // namespace

void addLibrary(nb::module_ &m) {
  nb::class_<GuestTensor>(m, "GuestTensor", "A tensor in the memory of an OperatorLibrary; see OperatorLibrary.tensor.")
      .def_prop_ro(
          "shape",
          [](const GuestTensor &self) {
            const GuestTensor::Handle shown = self.get();
            const wasmind_tensor view = wasmind_guest_tensor_view(shown.get());
            nb::list extents;
            for (size_t axis = 0; axis < view.rank; ++axis)
              extents.append(view.shape[axis]);
            return nb::tuple(extents);
          },
          nb::sig("def shape(self) -> tuple[int, ...]"))
      .def_prop_ro("dtype", [](const GuestTensor &self) { return wasmind_dtype_name(self.view().dtype); })
      .def_prop_ro("is_freed", &GuestTensor::isFreed)
      .def("__reduce__",
           [](const GuestTensor &) -> nb::object {
             throw nb::type_error("a GuestTensor lies in the memory of its library and cannot be pickled: pickle its "
                                  "numpy(), which is copied then");
           })
      .def(
          "numpy", [](const GuestTensor &self) { return self.array<nb::numpy>(numpyType(self.view().dtype)); },
          nb::sig("def numpy(self) -> numpy.typing.NDArray[typing.Any]"),
          "A view of the elements, no copy; it stays where it is when the memory grows, and keeps the library and the "
          "tensor's memory, also after `free`. bfloat16 appears as uint16.")
      .def("free", &GuestTensor::free,
           "Gives the memory back as soon as no view and no strided tensor shows it; what happens anyway when this "
           "object is gone.")
      .def("strided", &GuestTensor::strided, "shape"_a.none(), "strides"_a.none(), "offset"_a.none() = 0,
           nb::sig("def strided(self, shape: collections.abc.Sequence[int], strides: collections.abc.Sequence[int], "
                   "offset: int = 0) -> GuestTensor"),
           "The same elements in another order, no copy: strides in elements, of either sign; `offset` elements behind "
           "this tensor's first one. Raises InvalidArgument when an element lies outside of the tensor.")
      .def(
          "transposed",
          [](const GuestTensor &self, nb::args axes) {
            return self.transposed(fromPython<std::vector<size_t>>(axes, "transposed: axes"));
          },
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
      .def(
          "__enter__", [](nb::handle self) { return nb::borrow(self); }, nb::sig("def __enter__(self) -> GuestTensor"))
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

} // namespace wasmind::python
