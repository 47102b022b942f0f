//===- tvm_ffi.h - the calling convention of operators, on wasm32 -------------------------------------------------===//
//
// The part of TVM FFI's C ABI (tvm/ffi/c_api.h and dlpack/dlpack.h of apache-tvm-ffi 0.1) that operators use, declared
// anew for a 32-bit target: our operators and the ones TVM builds are called alike. Offsets are asserted here and are
// the constants of abi/abi.def.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include <stddef.h>
#include <stdint.h>

extern "C" {

/// Element type as DLPack writes it: type code, bits of one lane, lanes.
struct DLDataType {
  uint8_t code;
  uint8_t bits;
  uint16_t lanes;
};

struct DLDevice {
  int32_t device_type; ///< 1: cpu, the only one here
  int32_t device_id;
};

/// A tensor in the module's memory. It owns nothing.
struct DLTensor {
  void *data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t *shape;       ///< [ndim]; may be null when ndim is 0
  int64_t *strides;     ///< [ndim], in elements; null: dense, row-major
  uint64_t byte_offset; ///< from `data` to the first element
};

/// Kinds of arguments.
enum : int32_t {
  kTVMFFINone = 0,
  kTVMFFIInt = 1,
  kTVMFFIBool = 2,
  kTVMFFIFloat = 3,
  kTVMFFIOpaquePtr = 4,
  kTVMFFIDLTensorPtr = 7,
  kTVMFFIRawStr = 8,
  kTVMFFIStaticObjectBegin = 64,
  kTVMFFIFunction = 68,
};

/// One argument or result of a call.
struct TVMFFIAny {
  int32_t type_index;
  uint32_t zero_padding;
  union {
    int64_t v_int64;
    double v_float64;
    void *v_ptr;
    const char *v_c_str;
  };
};

/// Head of every object. The low half of `combined_ref_count` counts strong, the high half weak references.
struct TVMFFIObject {
  uint64_t combined_ref_count;
  int32_t type_index;
  uint32_t zero_padding;
  void (*deleter)(void *self, int flags);
  uint32_t pad; ///< the size is a multiple of eight on every target
};
typedef void *TVMFFIObjectHandle;

/// Type of an operator and of every packed function: 0, or -1 and the error is set.
typedef int (*TVMFFISafeCallType)(void *handle, const TVMFFIAny *args, int32_t num_args, TVMFFIAny *result);

/// Follows the head of a function object.
struct TVMFFIFunctionCell {
  TVMFFISafeCallType safe_call;
  void *cxx_call;
};

/// A string by address and length, not necessarily NUL-terminated.
struct TVMFFIByteArray {
  const char *data;
  size_t size;
};

// What the guest offers of the C API (TvmRuntime.cpp), to kernels and to C code linked beside them.

/// Sets the error before a function returns -1. `kind` is "TypeError", "ValueError" and so on.
void TVMFFIErrorSetRaisedFromCStr(const char *kind, const char *message);
/// The message in `count` pieces; null ones are skipped.
void TVMFFIErrorSetRaisedFromCStrParts(const char *kind, const char **parts, int32_t count);

/// A function object that calls `safe_call(self, ...)`. Its caller owns one reference; `deleter(self)`, if not null,
/// runs with the last one. \returns 0, or -1 when there is no memory.
int TVMFFIFunctionCreate(void *self, TVMFFISafeCallType safe_call, void (*deleter)(void *self),
                         TVMFFIObjectHandle *out);
/// Makes `function` the one kernels find under this name; takes a reference. \returns -1 when the name is taken and not
/// to be overridden, or when there is no memory.
int TVMFFIFunctionSetGlobal(const TVMFFIByteArray *name, TVMFFIObjectHandle function, int override_existing);
/// Gives a new reference, or null when nothing has this name.
int TVMFFIFunctionGetGlobal(const TVMFFIByteArray *name, TVMFFIObjectHandle *out);
int TVMFFIFunctionCall(TVMFFIObjectHandle function, TVMFFIAny *args, int32_t num_args, TVMFFIAny *result);
int TVMFFIObjectIncRef(TVMFFIObjectHandle object);
int TVMFFIObjectDecRef(TVMFFIObjectHandle object);

} // extern "C"

static_assert(sizeof(void *) == 4, "operators are wasm32 code");
static_assert(sizeof(DLTensor) == 40 && offsetof(DLTensor, data) == 0 && offsetof(DLTensor, device) == 4);
static_assert(offsetof(DLTensor, ndim) == 12 && offsetof(DLTensor, dtype) == 16 && offsetof(DLTensor, shape) == 20);
static_assert(offsetof(DLTensor, strides) == 24 && offsetof(DLTensor, byte_offset) == 32);
static_assert(sizeof(TVMFFIAny) == 16 && offsetof(TVMFFIAny, type_index) == 0 && offsetof(TVMFFIAny, v_int64) == 8);
static_assert(sizeof(TVMFFIObject) == 24 && offsetof(TVMFFIObject, type_index) == 8 &&
              offsetof(TVMFFIObject, deleter) == 16);
static_assert(sizeof(TVMFFIFunctionCell) == 8);
