// Operators that call kernels of their own kind, with plain kernels, for composite.test.mjs: tables as the compiler
// writes them.
#include "runtime/guest/Operator.h"

// Codes of abi.def.
enum : uint8_t { F32 = 1, F64, F16, BF16, I8, I16, I32, I64, U8, U16, U32, U64, Bool };

#define OPERATOR(name, function, inputs, attributes, outputs)                                                          \
  static const OperatorTable name##Table = {                                                                           \
      #name, inputs, attributes, outputs, sizeof(name##Variants) / sizeof(Variant), name##Variants, nullptr};          \
  extern "C" int32_t __tvm_ffi_##name(void *, const TVMFFIAny *args, int32_t count, TVMFFIAny *result) {               \
    return function(&name##Table, args, count, result);                                                                \
  }

static int32_t extents[4];

template <typename T> static const T *in(void *const *operands, int32_t i) {
  return static_cast<const T *>(operands[i]);
}
template <typename T> static T *out(void *const *operands, int32_t i) { return static_cast<T *>(operands[i]); }

// Sums of a [before, n, behind] over n.
template <typename T> static void sum(void *const *operands, int32_t before, int32_t n, int32_t behind) {
  for (int32_t i = 0; i < before; ++i)
    for (int32_t j = 0; j < behind; ++j) {
      T total = 0;
      for (int32_t k = 0; k < n; ++k)
        total += in<T>(operands, 0)[(i * n + k) * behind + j];
      out<T>(operands, 1)[i * behind + j] = total;
    }
}
template <typename T> static int32_t rowSums(void *const *operands) {
  sum<T>(operands, extents[0], extents[1], 1);
  return 0;
}
template <typename T> static int32_t columnSums(void *const *operands) {
  sum<T>(operands, extents[0], extents[1], extents[2]);
  return 0;
}
static const Variant SumVariants[] = {{{F32, I64, Bool, F32}, extents, {rowSums<float>, columnSums<float>}, nullptr},
                                      {{F64, I64, Bool, F64}, extents, {rowSums<double>, columnSums<double>}, nullptr}};
OPERATOR(Sum, wasmind_reduce, 2, 1, 1)

// out [m, n] = a [m, k] b [k, n]
template <typename T, typename Sum> static void multiply(void *const *operands, int32_t m, int32_t k, int32_t n) {
  for (int32_t i = 0; i < m; ++i)
    for (int32_t j = 0; j < n; ++j) {
      Sum sum = 0;
      for (int32_t l = 0; l < k; ++l)
        sum += Sum(in<T>(operands, 0)[i * k + l]) * Sum(in<T>(operands, 1)[l * n + j]);
      out<Sum>(operands, 2)[i * n + j] = sum;
    }
}
// The same for a batch of matrices, for a vector on the right and for one on the left.
template <typename T, typename Sum> static int32_t matrices(void *const *operands) {
  int32_t m = extents[1], k = extents[2], n = extents[3];
  for (int32_t s = 0; s < extents[0]; ++s) {
    void *each[] = {const_cast<T *>(in<T>(operands, 0)) + s * m * k, const_cast<T *>(in<T>(operands, 1)) + s * k * n,
                    out<Sum>(operands, 2) + s * m * n};
    multiply<T, Sum>(each, m, k, n);
  }
  return 0;
}
template <typename T, typename Sum> static int32_t column(void *const *operands) {
  multiply<T, Sum>(operands, extents[0], extents[1], 1);
  return 0;
}
template <typename T, typename Sum> static int32_t row(void *const *operands) {
  multiply<T, Sum>(operands, 1, extents[0], extents[1]);
  return 0;
}
#define PRODUCTS(T, Sum) {matrices<T, Sum>, column<T, Sum>, row<T, Sum>}
static const Variant MatMulVariants[] = {{{F32, F32, F32}, extents, PRODUCTS(float, float), nullptr},
                                         {{I8, I8, I32}, extents, PRODUCTS(int8_t, int32_t), nullptr}};
OPERATOR(MatMul, wasmind_matmul, 2, 0, 1)

// A kernel without memory.
static int32_t refuse(void *const *) { return 1; }
static const Variant RefuseMatMulVariants[] = {{{F32, F32, F32}, extents, {refuse}, nullptr}};
OPERATOR(RefuseMatMul, wasmind_matmul, 2, 0, 1)

// mean [rows] = the mean of a [rows, n]; scale [rows] = epsilon
static int32_t statistics(void *const *operands) {
  for (int32_t row = 0; row < extents[0]; ++row) {
    float sum = 0;
    for (int32_t i = 0; i < extents[1]; ++i)
      sum += in<float>(operands, 0)[row * extents[1] + i];
    out<float>(operands, 2)[row] = sum / float(extents[1]);
    out<float>(operands, 3)[row] = *in<float>(operands, 1);
  }
  return 0;
}
// out [b, g, c, n] = (a - mean [b, g]) * scale [b, g] * gamma [g, c] + beta [g, c]
static int32_t normalise(void *const *operands) {
  int32_t groups = extents[1], channels = extents[2], n = extents[3];
  for (int32_t row = 0; row < extents[0] * groups; ++row)
    for (int32_t c = 0; c < channels; ++c)
      for (int32_t i = 0; i < n; ++i) {
        int32_t at = (row * channels + c) * n + i, channel = row % groups * channels + c;
        out<float>(operands, 5)[at] = (in<float>(operands, 0)[at] - in<float>(operands, 1)[row]) *
                                          in<float>(operands, 2)[row] * in<float>(operands, 3)[channel] +
                                      in<float>(operands, 4)[channel];
      }
  return 0;
}
static const Variant GroupNormVariants[] = {
    {{F32, F32, F32, I64, F32, F32}, extents, {statistics, normalise}, nullptr}};
OPERATOR(GroupNorm, wasmind_group_norm, 3, 2, 1)

// out [m, n] = a [m, k] weights [n, k]^T + bias [n]
static void multiplyRows(void *const *operands, int32_t m, int32_t k, int32_t n) {
  for (int32_t i = 0; i < m; ++i)
    for (int32_t j = 0; j < n; ++j) {
      float sum = in<float>(operands, 2)[j];
      for (int32_t l = 0; l < k; ++l)
        sum += in<float>(operands, 0)[i * k + l] * in<float>(operands, 1)[j * k + l];
      out<float>(operands, 3)[i * n + j] = sum;
    }
}
static int32_t ofRows(void *const *operands) {
  multiplyRows(operands, extents[0], extents[1], extents[2]);
  return 0;
}
// The same of one row.
static int32_t ofOneRow(void *const *operands) {
  multiplyRows(operands, 1, extents[0], extents[1]);
  return 0;
}
static const Variant DenseVariants[] = {{{F32, F32, F32, F32}, extents, {ofRows, ofOneRow}, nullptr}};
OPERATOR(Dense, wasmind_dense, 3, 0, 1)

// Of the sums of both sides: h = o + f c; c = i + g
static int32_t lstmStep(void *const *operands) {
  int32_t hidden = extents[1];
  for (int32_t row = 0; row < extents[0]; ++row)
    for (int32_t j = 0; j < hidden; ++j) {
      float gates[4];
      for (int32_t gate = 0; gate < 4; ++gate) {
        int32_t at = (row * 4 + gate) * hidden + j;
        gates[gate] = in<float>(operands, 0)[at] + in<float>(operands, 1)[at];
      }
      int32_t at = row * hidden + j;
      float c = in<float>(operands, 2)[at];
      out<float>(operands, 3)[at] = gates[3] + gates[1] * c;
      out<float>(operands, 4)[at] = gates[0] + gates[2];
    }
  return 0;
}
// Of the sums of both sides: h = r + z + n h
static int32_t gruStep(void *const *operands) {
  int32_t hidden = extents[1];
  for (int32_t row = 0; row < extents[0]; ++row)
    for (int32_t j = 0; j < hidden; ++j) {
      float gates[3];
      for (int32_t gate = 0; gate < 3; ++gate) {
        int32_t at = (row * 3 + gate) * hidden + j;
        gates[gate] = in<float>(operands, 0)[at] + in<float>(operands, 1)[at];
      }
      int32_t at = row * hidden + j;
      out<float>(operands, 3)[at] = gates[0] + gates[1] + gates[2] * in<float>(operands, 2)[at];
    }
  return 0;
}
static const Variant LSTMVariants[] = {
    {{F32, F32, F32, F32, F32, F32, F32, F32, F32, F32}, extents, {ofRows, ofOneRow, lstmStep}, nullptr}};
OPERATOR(LSTM, wasmind_lstm, 7, 0, 3)
static const Variant GRUVariants[] = {
    {{F32, F32, F32, F32, F32, F32, F32, F32}, extents, {ofRows, ofOneRow, gruStep}, nullptr}};
OPERATOR(GRU, wasmind_gru, 6, 0, 2)
