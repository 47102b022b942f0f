// Operators as the compiler writes them, by hand, for guest.test.mjs: one per question about the guest.
#include "runtime/guest/Memory.h"
#include "runtime/guest/Operator.h"

// Codes of abi.def.
enum : uint8_t { F32 = 1, F64, F16, BF16, I8, I16, I32, I64, U8, U16, U32, U64, Bool };

#define OPERATOR(name, table, family)                                                                                  \
  extern "C" int32_t __tvm_ffi_##name(void *, const TVMFFIAny *args, int32_t count, TVMFFIAny *result) {               \
    return family(&table, args, count, result);                                                                        \
  }

// Kernels that read the extent anew for every element: they must not depend on how the guest calls them.

static int32_t subExtents[4];
template <typename T, int index, int stepA, int stepB> static int32_t sub(void *const *operands) {
  const T *a = static_cast<const T *>(operands[0]), *b = static_cast<const T *>(operands[1]);
  T *out = static_cast<T *>(operands[2]);
  for (int32_t i = 0; i < subExtents[index]; ++i)
    out[i] = T(a[i * stepA] - b[i * stepB]);
  return 0;
}
// f32 has all kernels, f64 one of the two, the integers none: the guest repeats elements itself.
static const Variant subVariants[] = {
    {{F32, F32, F32}, &subExtents[0], {sub<float, 0, 1, 1>, sub<float, 0, 1, 0>, sub<float, 0, 0, 1>}, nullptr},
    {{F64, F64, F64}, &subExtents[1], {sub<double, 1, 1, 1>, sub<double, 1, 1, 0>, nullptr}, nullptr},
    {{I8, I8, I8}, &subExtents[2], {sub<int8_t, 2, 1, 1>}, nullptr},
    {{I16, I16, I16}, &subExtents[3], {sub<int16_t, 3, 1, 1>}, nullptr},
};
static const OperatorTable subTable = {"Sub", 2, 0, 1, 4, subVariants, nullptr};
OPERATOR(Sub, subTable, wasmind_elementwise_tensors)

// Operands of three widths.
static int32_t selectExtents[1];
static int32_t select(void *const *operands) {
  const uint8_t *condition = static_cast<const uint8_t *>(operands[0]);
  const double *a = static_cast<const double *>(operands[1]);
  const float *b = static_cast<const float *>(operands[2]);
  double *out = static_cast<double *>(operands[3]);
  for (int32_t i = 0; i < selectExtents[0]; ++i)
    out[i] = condition[i] ? a[i] : double(b[i]);
  return 0;
}
static const Variant selectVariants[] = {{{Bool, F64, F32, F64}, selectExtents, {select}, nullptr}};
static const OperatorTable selectTable = {"Select", 3, 0, 1, 1, selectVariants, nullptr};
OPERATOR(Select, selectTable, wasmind_elementwise_tensors)

// An output narrower than its inputs.
static int32_t lessExtents[1];
static int32_t less(void *const *operands) {
  const float *a = static_cast<const float *>(operands[0]), *b = static_cast<const float *>(operands[1]);
  uint8_t *out = static_cast<uint8_t *>(operands[2]);
  for (int32_t i = 0; i < lessExtents[0]; ++i)
    out[i] = a[i] < b[i];
  return 0;
}
static const Variant lessVariants[] = {{{F32, F32, Bool}, lessExtents, {less}, nullptr}};
static const OperatorTable lessTable = {"Less", 2, 0, 1, 1, lessVariants, nullptr};
OPERATOR(Less, lessTable, wasmind_elementwise_tensors)

// An attribute in every element type: out = the attribute, whatever the input.
static int32_t fillExtents[1];
template <typename T> static int32_t fill(void *const *operands) {
  for (int32_t i = 0; i < fillExtents[0]; ++i)
    static_cast<T *>(operands[2])[i] = *static_cast<const T *>(operands[1]);
  return 0;
}
static const Variant fillVariants[] = {
    {{F32, F32, F32}, fillExtents, {fill<uint32_t>}, nullptr},
    {{F64, F64, F64}, fillExtents, {fill<uint64_t>}, nullptr},
    {{F16, F16, F16}, fillExtents, {fill<uint16_t>}, nullptr},
    {{BF16, BF16, BF16}, fillExtents, {fill<uint16_t>}, nullptr},
    {{I8, I8, I8}, fillExtents, {fill<uint8_t>}, nullptr},
    {{I16, I16, I16}, fillExtents, {fill<uint16_t>}, nullptr},
    {{I32, I32, I32}, fillExtents, {fill<uint32_t>}, nullptr},
    {{I64, I64, I64}, fillExtents, {fill<uint64_t>}, nullptr},
    {{U8, U8, U8}, fillExtents, {fill<uint8_t>}, nullptr},
    {{U16, U16, U16}, fillExtents, {fill<uint16_t>}, nullptr},
    {{U32, U32, U32}, fillExtents, {fill<uint32_t>}, nullptr},
    {{U64, U64, U64}, fillExtents, {fill<uint64_t>}, nullptr},
    {{Bool, Bool, Bool}, fillExtents, {fill<uint8_t>}, nullptr},
};
static const OperatorTable fillTable = {"Fill", 1, 1, 1, 13, fillVariants, nullptr};
OPERATOR(Fill, fillTable, wasmind_elementwise)

// A kernel without memory.
static int32_t refuseExtents[1];
static int32_t refuse(void *const *) { return 1; }
static const Variant refuseVariants[] = {{{F32, F32}, refuseExtents, {refuse}, nullptr}};
static const OperatorTable refuseTable = {"Refuse", 1, 0, 1, 1, refuseVariants, nullptr};
OPERATOR(Refuse, refuseTable, wasmind_elementwise_tensors)

// out[m, n] = sum of a[m, k] * b[k, n]; variables m, k, n.
static int32_t matmulExtents[3];
static int32_t matmul(void *const *operands) {
  const float *a = static_cast<const float *>(operands[0]), *b = static_cast<const float *>(operands[1]);
  float *out = static_cast<float *>(operands[2]);
  int32_t m = matmulExtents[0], k = matmulExtents[1], n = matmulExtents[2];
  for (int32_t i = 0; i < m; ++i)
    for (int32_t j = 0; j < n; ++j) {
      float sum = 0;
      for (int32_t l = 0; l < k; ++l)
        sum += a[i * k + l] * b[l * n + j];
      out[i * n + j] = sum;
    }
  return 0;
}
static const Variant matmulVariants[] = {{{F32, F32, F32}, matmulExtents, {matmul}, nullptr}};
static const int32_t matmulShapes[] = {3,                   //
                                       2, 2, 1, 0, 2, 1, 1, // m, k
                                       2, 2, 1, 1, 2, 1, 2, // k, n
                                       2, 2, 1, 0, 2, 1, 2};
static const OperatorTable matmulTable = {"MatMul", 2, 0, 1, 1, matmulVariants, matmulShapes};
OPERATOR(MatMul, matmulTable, wasmind_expression_tensors)

// Two outputs and an attribute: x[2 * n + 1] -> the first n + 1 plus the attribute, the last n. The shape that binds n
// is that of the second input, w[n].
static int32_t splitExtents[1];
static int32_t split(void *const *operands) {
  const int32_t *x = static_cast<const int32_t *>(operands[0]), *w = static_cast<const int32_t *>(operands[1]);
  int32_t add = *static_cast<const int32_t *>(operands[2]), n = splitExtents[0];
  int32_t *first = static_cast<int32_t *>(operands[3]), *last = static_cast<int32_t *>(operands[4]);
  for (int32_t i = 0; i <= n; ++i)
    first[i] = x[i] + add;
  for (int32_t i = 0; i < n; ++i)
    last[i] = x[n + 1 + i] * w[i];
  return 0;
}
static const Variant splitVariants[] = {{{I32, I32, I32, I32, I32}, splitExtents, {split}, nullptr}};
static const int32_t splitShapes[] = {1, 1, 8, 0, 2, 1, 0, 3, 0, 1, 2, 1, 2, 1, 0, 1, 5, 1, 0, 0, 1, 2, 1, 2, 1, 0};
static const OperatorTable splitTable = {"Split", 2, 1, 2, 1, splitVariants, splitShapes};
OPERATOR(Split, splitTable, wasmind_expression)

// Every operation of shape programs: x[a, b] -> [a + b, a * b, a // b, ceil(a / b), a % b, max(a, b), min(a, b)],
// unwritten.
static int32_t shapesExtents[2];
static int32_t nothing(void *const *) { return 0; }
static const Variant shapesVariants[] = {{{U8, U8}, shapesExtents, {nothing}, nullptr}};
#define BINARY(operation) 5, ShapeVariable, 0, ShapeVariable, 1, operation
static const int32_t shapesShapes[] = {2,
                                       2,
                                       2,
                                       1,
                                       0,
                                       2,
                                       1,
                                       1,
                                       7,
                                       BINARY(ShapeAdd),
                                       BINARY(ShapeMultiply),
                                       BINARY(ShapeFloorDivide),
                                       BINARY(ShapeCeilDivide),
                                       BINARY(ShapeModulo),
                                       BINARY(ShapeMaximum),
                                       BINARY(ShapeMinimum)};
static const OperatorTable shapesTable = {"Shapes", 1, 0, 1, 1, shapesVariants, shapesShapes};
OPERATOR(Shapes, shapesTable, wasmind_expression_tensors)

// Negative values: x[n] -> [(n - 7) // 2 + 10, ceil((n - 7) / 2) + 10, (n - 7) % 4, n - 3].
static const int32_t signsShapes[] = {1,  1, 2, 1, 0,  4,                    //
                                      11, 1, 0, 0, -7, 2, 0, 2, 4, 0, 10, 2, //
                                      11, 1, 0, 0, -7, 2, 0, 2, 5, 0, 10, 2, //
                                      8,  1, 0, 0, -7, 2, 0, 4, 6,           //
                                      5,  1, 0, 0, -3, 2};
static const OperatorTable signsTable = {"Signs", 1, 0, 1, 1, shapesVariants, signsShapes};
OPERATOR(Signs, signsTable, wasmind_expression_tensors)

// x[n] -> [n * n * n * n * n, 0]: overflow.
static const int32_t powerShapes[] = {1, 1, 2, 1, 0, 2, 14, 1, 0, 1, 0, 3, 1, 0, 3, 1, 0, 3, 1, 0, 3, 2, 0, 0};
static const OperatorTable powerTable = {"Power", 1, 0, 1, 1, shapesVariants, powerShapes};
OPERATOR(Power, powerTable, wasmind_expression_tensors)

// Along an axis: out = x * w + alpha with a vector w.
static int32_t rowExtents[2];
static int32_t rowScale(void *const *operands) {
  const float *x = static_cast<const float *>(operands[0]), *w = static_cast<const float *>(operands[1]);
  const float *alpha = static_cast<const float *>(operands[2]);
  float *out = static_cast<float *>(operands[3]);
  for (int32_t row = 0; row < rowExtents[0]; ++row)
    for (int32_t i = 0; i < rowExtents[1]; ++i)
      out[row * rowExtents[1] + i] = x[row * rowExtents[1] + i] * w[i] + *alpha;
  return 0;
}
static const Variant rowScaleVariants[] = {{{F32, F32, I64, F32, F32}, rowExtents, {rowScale}, nullptr}};
static const OperatorTable rowScaleTable = {"RowScale", 2, 2, 1, 1, rowScaleVariants, nullptr};
OPERATOR(RowScale, rowScaleTable, wasmind_row)
