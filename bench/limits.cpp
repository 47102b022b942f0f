// What this machine can do at most, as operators of a library: `wasmind bench operators` compares others with them, on
// the same engine in the same run.
#include "runtime/guest/tvm_ffi.h"
#include <wasm_simd128.h>

#define EXPORT extern "C" __attribute__((visibility("default")))

/// (from, to): one memory.copy of all bytes of `from`, a dense tensor, to `to`.
EXPORT int __tvm_ffi_limit_copy(void *, const TVMFFIAny *args, int32_t, TVMFFIAny *) {
  const DLTensor *from = static_cast<DLTensor *>(args[0].v_ptr), *to = static_cast<DLTensor *>(args[1].v_ptr);
  int64_t byteLength = from->dtype.bits / 8;
  for (int32_t axis = 0; axis < from->ndim; ++axis)
    byteLength *= from->shape[axis];
  __builtin_memcpy(to->data, from->data, size_t(byteLength));
  return 0;
}

/// (rounds, result): rounds x 48 fused multiply-adds of four f32 each, in twelve chains: more than latency times ports
/// of any current core, and registers stay below sixteen. The sum goes to `result`, a tensor of f32, so that no engine
/// can leave the work out.
EXPORT int __tvm_ffi_limit_fma(void *, const TVMFFIAny *args, int32_t, TVMFFIAny *) {
  float *result = static_cast<float *>(static_cast<DLTensor *>(args[1].v_ptr)->data);
  const v128_t a = wasm_f32x4_splat(*result), b = wasm_f32x4_splat(1e-3f);
  v128_t sums[12];
#pragma clang loop unroll(full)
  for (v128_t &sum : sums)
    sum = b;
  for (int32_t rounds = int32_t(args[0].v_int64); rounds > 0; --rounds)
#pragma clang loop unroll(full)
    for (int32_t repeat = 0; repeat < 4; ++repeat)
#pragma clang loop unroll(full)
      for (v128_t &sum : sums)
        sum = wasm_f32x4_relaxed_madd(a, b, sum);
  for (int32_t chain = 1; chain < 12; ++chain)
    sums[0] = wasm_f32x4_add(sums[0], sums[chain]);
  *result = wasm_f32x4_extract_lane(sums[0], 0) > 0 ? 1e-3f : 2e-3f;
  return 0;
}
