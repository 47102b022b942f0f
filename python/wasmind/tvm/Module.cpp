//===- Module.cpp - operator libraries as modules of TVM's FFI ----------------------------------------------------===//
//
// A shared object of this file teaches `ffi::Module::LoadFromFile` (in Python `tvm_ffi.load_module`) files that end in
// .wasm: as soon as it is loaded, the loader is the global function `ffi.Module.load_from_file.wasm`. It is compiled
// against the headers of the apache-tvm-ffi that is installed, because ffi::ModuleObj is a C++ class; README.md beside
// it has the command, and wasmind.tvm runs it.
//
// A function of such a module takes the operator's inputs, then attributes in order (those left out have their
// defaults), then all outputs, or none: then it returns them. Tensors lie on the CPU and may be strided. Functions may
// be called from any thread; calls of one module take turns.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "wasmind.h"
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <tvm/ffi/container/array.h>
#include <tvm/ffi/container/tensor.h>
#include <tvm/ffi/extra/module.h>
#include <tvm/ffi/function.h>
#include <vector>

namespace {

namespace ffi = tvm::ffi;

[[noreturn]] void raise(const std::string &kind, const std::string &text) {
  throw ffi::Error(kind, text, std::string());
}

/// Calls the host, call(&error); what fails there is an error of the FFI, in Python the exception of that name.
template <typename Call> void check(Call call) {
  wasmind_error *error = nullptr;
  if (call(&error) == WASMIND_OK)
    return;
  const std::string text = wasmind_error_text(error);
  const std::string kind = wasmind_error_kind(error);
  wasmind_error_delete(error);
  raise(kind.empty() ? "RuntimeError" : kind, text);
}

struct GuestTensorDeleter {
  void operator()(wasmind_guest_tensor *tensor) const { wasmind_guest_tensor_delete(tensor); }
};
using GuestTensor = std::unique_ptr<wasmind_guest_tensor, GuestTensorDeleter>;

struct DType {
  wasmind_dtype dtype;
  DLDataType type;
};
constexpr DType dtypes[] = {
    {WASMIND_F32, {kDLFloat, 32, 1}}, {WASMIND_F64, {kDLFloat, 64, 1}}, {WASMIND_F16, {kDLFloat, 16, 1}},
    {WASMIND_I8, {kDLInt, 8, 1}},     {WASMIND_I16, {kDLInt, 16, 1}},   {WASMIND_I32, {kDLInt, 32, 1}},
    {WASMIND_I64, {kDLInt, 64, 1}},   {WASMIND_U8, {kDLUInt, 8, 1}},    {WASMIND_U16, {kDLUInt, 16, 1}},
    {WASMIND_U32, {kDLUInt, 32, 1}},  {WASMIND_U64, {kDLUInt, 64, 1}},  {WASMIND_BF16, {kDLBfloat, 16, 1}},
    {WASMIND_BOOL, {kDLBool, 8, 1}},
};

/// 0 of a type that no operator has.
wasmind_dtype toDType(DLDataType type) {
  for (const DType &each : dtypes)
    if (each.type.code == type.code && each.type.bits == type.bits && each.type.lanes == type.lanes)
      return each.dtype;
  return 0;
}

DLDataType toDLPack(wasmind_dtype dtype) {
  for (const DType &each : dtypes)
    if (each.dtype == dtype)
      return each.type;
  raise("RuntimeError", "element type of unknown code " + std::to_string(dtype));
}

/// Dense and row-major. Strides of axes with one element say nothing.
bool isDense(const DLTensor &tensor) {
  int64_t expected = 1;
  for (int32_t axis = tensor.ndim; tensor.strides && axis-- > 0; expected *= tensor.shape[axis])
    if (tensor.shape[axis] != 1 && tensor.strides[axis] != expected)
      return false;
  return true;
}

char *elementsOf(const DLTensor &tensor) { return static_cast<char *>(tensor.data) + tensor.byte_offset; }

/// Calls visit(elements, stride, count, denseOffset) for every row of the last axis, which of a dense tensor is all of
/// it; stride and offset in bytes.
template <typename Visit> void forEachRow(const DLTensor &tensor, int64_t width, Visit visit) {
  int64_t count = 1;
  for (int32_t axis = 0; axis < tensor.ndim; ++axis)
    count *= tensor.shape[axis];
  if (count == 0)
    return;
  if (isDense(tensor))
    return visit(elementsOf(tensor), width, count, int64_t(0));
  const int32_t last = tensor.ndim - 1;
  std::vector<int64_t> index(tensor.ndim, 0);
  for (int64_t denseOffset = 0;; denseOffset += tensor.shape[last] * width) {
    int64_t offset = 0;
    for (int32_t axis = 0; axis < last; ++axis)
      offset += index[axis] * tensor.strides[axis];
    visit(elementsOf(tensor) + offset * width, tensor.strides[last] * width, tensor.shape[last], denseOffset);
    int32_t axis = last - 1;
    while (axis >= 0 && ++index[axis] == tensor.shape[axis])
      index[axis--] = 0;
    if (axis < 0)
      return;
  }
}

void copyIfDifferent(char *to, const char *from, int64_t byteLength) {
  if (std::memcmp(to, from, byteLength) != 0)
    std::memcpy(to, from, byteLength);
}

/// From a tensor of the caller to dense elements.
void gather(const DLTensor &from, int64_t width, char *to) {
  forEachRow(from, width, [&](const char *elements, int64_t stride, int64_t count, int64_t denseOffset) {
    if (stride == width)
      std::memcpy(to + denseOffset, elements, count * width);
    else
      for (int64_t i = 0; i < count; ++i)
        std::memcpy(to + denseOffset + i * width, elements + i * stride, width);
  });
}

/// Back. What is the same already is not written: of a linked kernel's tensors nobody knows which are outputs, and the
/// others may lie in memory that is read only.
void scatter(const char *from, int64_t width, const DLTensor &to) {
  forEachRow(to, width, [&](char *elements, int64_t stride, int64_t count, int64_t denseOffset) {
    if (stride == width)
      copyIfDifferent(elements, from + denseOffset, count * width);
    else
      for (int64_t i = 0; i < count; ++i)
        copyIfDifferent(elements + i * stride, from + denseOffset + i * width, width);
  });
}

struct Library {
  wasmind_library *handle = nullptr;
  std::mutex turn;

  explicit Library(const std::string &path) {
    check([&](wasmind_error **error) { return wasmind_library_load_file(path.c_str(), nullptr, &handle, error); });
  }
  Library(const Library &) = delete;
  Library &operator=(const Library &) = delete;
  ~Library() { wasmind_library_delete(handle); }
};

bool isTensor(const wasmind_argument &argument) {
  return argument.kind == WASMIND_TENSOR || argument.kind == WASMIND_GUEST_TENSOR;
}

/// Memory of a result: a guest tensor, which keeps what it needs of its library.
struct ResultMemory {
  wasmind_guest_tensor *tensor;
  void AllocData(DLTensor *made) const { made->data = wasmind_guest_tensor_view(tensor).data; }
  void FreeData(DLTensor *) const { wasmind_guest_tensor_delete(tensor); }
};

/// One operator of a library.
class Operator {
public:
  Operator(std::shared_ptr<Library> library, size_t index)
      : library(std::move(library)), index(index), info(wasmind_library_operator(this->library->handle, index)) {}

  void operator()(ffi::PackedArgs arguments, ffi::Any *result) const {
    std::lock_guard<std::mutex> lock(library->turn);
    const auto count = size_t(arguments.size());
    std::vector<wasmind_argument> given(count);
    std::vector<Staged> staged;
    for (size_t i = 0; i < count; ++i)
      given[i] = argument(arguments[int(i)], i, staged);

    // The tensors behind the inputs and attributes are outputs. A linked kernel tells nothing of itself: all of its
    // arguments are passed on in order, and all of its tensors read again.
    size_t firstOutput = info.is_linked ? 0 : count;
    while (firstOutput > info.input_count && isTensor(given[firstOutput - 1]))
      --firstOutput;
    std::vector<wasmind_argument> outputs(given.begin() + firstOutput, given.end());
    const bool makesOutputs = outputs.empty() && !info.is_linked;
    if (makesOutputs)
      outputs.resize(info.output_count, wasmind_argument{});
    check([&](wasmind_error **error) {
      return wasmind_library_call(library->handle, index, given.data(), firstOutput, outputs.data(), outputs.size(),
                                  error);
    });
    for (const Staged &each : staged)
      if (each.position >= firstOutput)
        scatter(static_cast<char *>(wasmind_guest_tensor_view(each.guest.get()).data), each.width, *each.tensor);
    if (makesOutputs)
      *result = made(outputs);
  }

private:
  /// A tensor of the caller whose elements were laid into the library's memory here; others the host copies itself.
  struct Staged {
    size_t position;
    const DLTensor *tensor;
    int64_t width; ///< bytes of an element
    GuestTensor guest;
  };

  std::string name(size_t position) const { return std::string(info.name) + ": argument " + std::to_string(position); }

  wasmind_argument argument(ffi::AnyView value, size_t position, std::vector<Staged> &staged) const {
    wasmind_argument given = {};
    switch (value.type_index()) {
    case ffi::TypeIndex::kTVMFFINone:
      given.kind = WASMIND_NONE;
      return given;
    case ffi::TypeIndex::kTVMFFIInt:
      given.kind = WASMIND_INTEGER;
      given.of.integer = value.cast<int64_t>();
      return given;
    case ffi::TypeIndex::kTVMFFIBool:
      given.kind = WASMIND_BOOLEAN;
      given.of.integer = value.cast<bool>();
      return given;
    case ffi::TypeIndex::kTVMFFIFloat:
      given.kind = WASMIND_NUMBER;
      given.of.number = value.cast<double>();
      return given;
    default:
      if (std::optional<DLTensor *> tensor = value.try_cast<DLTensor *>())
        return tensorArgument(**tensor, position, staged);
      raise("TypeError", name(position) + " is of type " + value.GetTypeKey() + ", neither a tensor nor a number");
    }
  }

  wasmind_argument tensorArgument(const DLTensor &tensor, size_t position, std::vector<Staged> &staged) const {
    if (tensor.device.device_type != kDLCPU)
      raise("ValueError", name(position) + " does not lie on the CPU (DLPack device " +
                              std::to_string(int(tensor.device.device_type)) + ")");
    const wasmind_dtype dtype = toDType(tensor.dtype);
    if (!dtype)
      raise("TypeError", name(position) + " has an element type that operators do not have: DLPack code " +
                             std::to_string(tensor.dtype.code) + ", " + std::to_string(tensor.dtype.bits) + " bits, " +
                             std::to_string(tensor.dtype.lanes) + " lanes");
    const size_t width = wasmind_dtype_byte_width(dtype), rank = size_t(tensor.ndim);
    wasmind_argument given = {};
    if (!info.is_linked && isDense(tensor)) {
      given.kind = WASMIND_TENSOR;
      size_t byteLength = width;
      for (size_t axis = 0; axis < rank; ++axis)
        byteLength *= size_t(tensor.shape[axis]);
      given.of.tensor = {dtype, rank, tensor.shape, elementsOf(tensor), byteLength};
      return given;
    }
    wasmind_guest_tensor *guest = nullptr;
    check([&](wasmind_error **error) {
      return wasmind_library_tensor(library->handle, dtype, tensor.shape, rank, &guest, error);
    });
    staged.push_back({position, &tensor, int64_t(width), GuestTensor(guest)});
    gather(tensor, int64_t(width), static_cast<char *>(wasmind_guest_tensor_view(guest).data));
    given.kind = WASMIND_GUEST_TENSOR;
    given.of.guest = guest;
    return given;
  }

  static ffi::Any made(const std::vector<wasmind_argument> &outputs) {
    ffi::Array<ffi::Tensor> tensors;
    for (const wasmind_argument &output : outputs) {
      const wasmind_tensor view = wasmind_guest_tensor_view(output.of.guest);
      tensors.push_back(ffi::Tensor::FromNDAlloc(ResultMemory{output.of.guest}, ffi::ShapeView(view.shape, view.rank),
                                                 toDLPack(view.dtype), DLDevice{kDLCPU, 0}));
    }
    return tensors.size() == 1 ? ffi::Any(tensors[0]) : ffi::Any(tensors);
  }

  std::shared_ptr<Library> library;
  size_t index;
  wasmind_operator_info info; ///< lives as long as the library
};

class LibraryModule : public ffi::ModuleObj {
public:
  explicit LibraryModule(const std::string &path) : library(std::make_shared<Library>(path)) {}

  const char *kind() const final { return "wasmind"; }
  int GetPropertyMask() const final { return ffi::Module::kRunnable; }

  ffi::Optional<ffi::Function> GetFunction(const ffi::String &name) final {
    size_t index = 0;
    if (wasmind_library_find(library->handle, name.c_str(), &index, nullptr) != WASMIND_OK)
      return std::nullopt;
    return ffi::Function::FromPacked(Operator(library, index));
  }

  /// The signature: names, operands, attributes and element types of all operators, in JSON (abi/spec.md).
  ffi::String InspectSource(const ffi::String &) const final { return wasmind_library_signature(library->handle); }

private:
  std::shared_ptr<Library> library;
};

ffi::Module load(const ffi::String &path, const ffi::String &) {
  return ffi::Module(ffi::make_object<LibraryModule>(std::string(path.data(), path.size())));
}

const bool isRegistered = [] {
  ffi::Function::SetGlobal("ffi.Module.load_from_file.wasm", ffi::Function::FromTyped(load), /*override=*/true);
  return true;
}();

} // namespace
