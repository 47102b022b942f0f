// Operators without kernels in an element type of each width, for movement.test.mjs: tables as the compiler writes
// them.
#include "runtime/guest/Operator.h"

// Codes of abi.def.
enum : uint8_t { F32 = 1, F64, F16, BF16, I8, I16, I32, I64, U8, U16, U32, U64, Bool };

#define OPERATOR(name, function, inputs, attributes, outputs)                                                          \
  static const OperatorTable name##Table = {                                                                           \
      #name, inputs, attributes, outputs, sizeof(name##Variants) / sizeof(Variant), name##Variants, nullptr};          \
  extern "C" int32_t __tvm_ffi_##name(void *, const TVMFFIAny *args, int32_t count, TVMFFIAny *result) {               \
    return function(&name##Table, args, count, result);                                                                \
  }
#define VARIANT(...) {{__VA_ARGS__}, nullptr, {}, nullptr}
#define WIDTHS(variant) variant(F64), variant(F32), variant(F16), variant(U8)

#define LIST(T) VARIANT(T, I64, T)
static const Variant TransposeVariants[] = {WIDTHS(LIST)};
OPERATOR(Transpose, wasmind_transpose, 2, 0, 1)
static const Variant TileVariants[] = {WIDTHS(LIST)};
OPERATOR(Tile, wasmind_tile, 2, 0, 1)
static const Variant BroadcastToVariants[] = {WIDTHS(LIST)};
OPERATOR(BroadcastTo, wasmind_broadcast_to, 2, 0, 1)
#define JOIN(T) VARIANT(T, T, I64, T)
static const Variant ConcatVariants[] = {WIDTHS(JOIN)};
OPERATOR(Concat, wasmind_concat, 2, 1, 1)
#define LISTS(T) VARIANT(T, I64, I64, T)
static const Variant SliceVariants[] = {WIDTHS(LISTS)};
OPERATOR(Slice, wasmind_slice, 3, 0, 1)
#define MORE_LISTS(T) VARIANT(T, I64, I64, I64, T)
static const Variant StridedSliceVariants[] = {WIDTHS(MORE_LISTS)};
OPERATOR(StridedSlice, wasmind_strided_slice, 4, 0, 1)
static const Variant SplitVariants[] = {WIDTHS(MORE_LISTS)};
OPERATOR(Split, wasmind_split, 1, 3, 1)
#define VALUE(T) VARIANT(T, I64, T, T)
static const Variant PadVariants[] = {WIDTHS(VALUE)};
OPERATOR(Pad, wasmind_pad, 2, 1, 1)
#define PICK(T) VARIANT(T, I32, I64, T), VARIANT(T, I64, I64, T)
static const Variant GatherVariants[] = {WIDTHS(PICK)};
OPERATOR(Gather, wasmind_gather, 2, 1, 1)
#define PLACE(T) VARIANT(T, I32, T), VARIANT(T, I64, T)
static const Variant GatherNdVariants[] = {WIDTHS(PLACE)};
OPERATOR(GatherNd, wasmind_gather_nd, 2, 0, 1)
#define SPREAD(T) VARIANT(I32, T, I64, T), VARIANT(I64, T, I64, T)
static const Variant ScatterNdVariants[] = {WIDTHS(SPREAD)};
OPERATOR(ScatterNd, wasmind_scatter_nd, 3, 0, 1)
#define HOT(T) VARIANT(I32, T, T, I64, I64, T), VARIANT(I64, T, T, I64, I64, T)
static const Variant OneHotVariants[] = {WIDTHS(HOT)};
OPERATOR(OneHot, wasmind_one_hot, 3, 2, 1)
#define TO_F32(T) VARIANT(T, F32, F32)
#define TO_I8(T) VARIANT(T, I8, I8)
#define TO_BOOL(T) VARIANT(T, Bool, Bool)
static const Variant CastVariants[] = {WIDTHS(TO_F32), WIDTHS(TO_I8), WIDTHS(TO_BOOL)};
OPERATOR(Cast, wasmind_cast, 2, 0, 1)
#define POSITION(T) VARIANT(T, I64, I64)
static const Variant ArgmaxVariants[] = {WIDTHS(POSITION)};
OPERATOR(Argmax, wasmind_argmax, 1, 1, 1)
static const Variant ArgminVariants[] = {WIDTHS(POSITION)};
OPERATOR(Argmin, wasmind_argmin, 1, 1, 1)
#define SUM(T) VARIANT(T, I64, Bool, Bool, T)
static const Variant CumSumVariants[] = {SUM(F32), SUM(F64), SUM(I32), SUM(I64)};
OPERATOR(CumSum, wasmind_cum_sum, 1, 3, 1)
#define BEST(T) VARIANT(T, I64, I64, Bool, T, I64)
static const Variant TopKVariants[] = {WIDTHS(BEST)};
OPERATOR(TopK, wasmind_top_k, 1, 3, 2)
#define COUNT(T) VARIANT(T, T, I32)
static const Variant EqualCountVariants[] = {WIDTHS(COUNT)};
OPERATOR(EqualCount, wasmind_equal_count, 2, 0, 1)
