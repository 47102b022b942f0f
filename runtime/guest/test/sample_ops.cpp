// Operators as the compiler writes them, by hand: Add and Neg. sample.py makes a library of them.
#include "runtime/guest/Operator.h"

template <typename T> static T add(T a, T b) { return a + b; }
template <> int32_t add(int32_t a, int32_t b) { return int32_t(uint32_t(a) + uint32_t(b)); }

static int32_t addExtents[3];

template <typename T, int index> static int32_t both(void *const *operands) {
  const T *a = static_cast<const T *>(operands[0]), *b = static_cast<const T *>(operands[1]);
  T *out = static_cast<T *>(operands[2]);
  for (int32_t i = 0, n = addExtents[index]; i < n; ++i)
    out[i] = add<T>(a[i], b[i]);
  return 0;
}
template <typename T, int index> static int32_t second(void *const *operands) {
  const T *a = static_cast<const T *>(operands[0]), b = *static_cast<const T *>(operands[1]);
  T *out = static_cast<T *>(operands[2]);
  for (int32_t i = 0, n = addExtents[index]; i < n; ++i)
    out[i] = add<T>(a[i], b);
  return 0;
}
template <typename T, int index> static int32_t first(void *const *operands) {
  void *swapped[] = {operands[1], operands[0], operands[2]};
  return second<T, index>(swapped);
}

// Codes of abi.def: f32 1, i8 5, i32 7.
static const Variant addVariants[] = {
    {{1, 1, 1}, &addExtents[0], {both<float, 0>, second<float, 0>, first<float, 0>}, nullptr},
    {{7, 7, 7}, &addExtents[1], {both<int32_t, 1>, second<int32_t, 1>, nullptr}, nullptr},
    {{5, 5, 5}, &addExtents[2], {both<int8_t, 2>, nullptr, nullptr}, nullptr},
};
static const OperatorTable addTable = {"Add", 2, 0, 1, 3, addVariants, nullptr};
extern "C" int32_t __tvm_ffi_Add(void *, const TVMFFIAny *args, int32_t count, TVMFFIAny *result) {
  return wasmind_elementwise_tensors(&addTable, args, count, result);
}

static int32_t negExtents[1];
static int32_t neg(void *const *operands) {
  const float *x = static_cast<const float *>(operands[0]);
  float *out = static_cast<float *>(operands[1]);
  for (int32_t i = 0, n = negExtents[0]; i < n; ++i)
    out[i] = -x[i];
  return 0;
}
static const Variant negVariants[] = {{{1, 1}, negExtents, {neg}, nullptr}};
static const OperatorTable negTable = {"Neg", 1, 0, 1, 1, negVariants, nullptr};
extern "C" int32_t __tvm_ffi_Neg(void *, const TVMFFIAny *args, int32_t count, TVMFFIAny *result) {
  return wasmind_elementwise_tensors(&negTable, args, count, result);
}
