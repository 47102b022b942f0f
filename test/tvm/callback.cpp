// A packed function of the application: multiplies floats in place. Kernels find it by name through the guest.
#include "runtime/guest/tvm_ffi.h"

static float factor = 3;

static int scale(void *self, const TVMFFIAny *args, int32_t count, TVMFFIAny *result) {
  if (count != 2 || args[0].type_index != kTVMFFIOpaquePtr || args[1].type_index != kTVMFFIInt) {
    TVMFFIErrorSetRaisedFromCStr("TypeError", "test.scale takes a pointer and a number");
    return -1;
  }
  float *values = static_cast<float *>(args[0].v_ptr);
  for (int64_t i = 0; i < args[1].v_int64; ++i) {
    if (values[i] < 0) {
      TVMFFIErrorSetRaisedFromCStr("ValueError", "test.scale does not like negative numbers");
      return -1;
    }
    values[i] *= *static_cast<float *>(self);
  }
  result->type_index = kTVMFFINone;
  return 0;
}

__attribute__((constructor)) static void registerScale() {
  static const TVMFFIByteArray name = {"test.scale", 10};
  TVMFFIObjectHandle function;
  if (TVMFFIFunctionCreate(&factor, scale, nullptr, &function) == 0) {
    TVMFFIFunctionSetGlobal(&name, function, 0);
    TVMFFIObjectDecRef(function);
  }
}
