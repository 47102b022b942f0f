// Operators of images, for image.test.mjs: tables as the compiler writes them, kernels in plain loops.
#include "runtime/guest/Operator.h"

// Codes of abi.def.
enum : uint8_t { F32 = 1, F64, F16, BF16, I8, I16, I32, I64, U8, U16, U32, U64, Bool };

static int32_t extents[32];

namespace {

/// The extents of kernels with slides, in their order.
struct Extents {
  int32_t result[2], strides[2], pads[2], dilations[2];
};

template <typename T> struct Images {
  T *data;
  int32_t rows, columns, channels;

  T &at(int32_t n, int32_t y, int32_t x, int32_t c) const {
    return data[((n * rows + y) * columns + x) * channels + c];
  }
};

/// Calls `each(y, x, ky, kx)` for the elements of window (i, j) that lie inside the image.
template <typename Each>
void eachElement(const Extents &e, int32_t i, int32_t j, const int32_t *sizes, int32_t rows, int32_t columns,
                 Each each) {
  for (int32_t ky = 0; ky < sizes[0]; ++ky)
    for (int32_t kx = 0; kx < sizes[1]; ++kx) {
      int32_t y = i * e.strides[0] - e.pads[0] + ky * e.dilations[0];
      int32_t x = j * e.strides[1] - e.pads[1] + kx * e.dilations[1];
      if (y >= 0 && y < rows && x >= 0 && x < columns)
        each(y, x, ky, kx);
    }
}

template <typename Each> void eachResult(const Extents &e, int32_t batch, int32_t channels, Each each) {
  for (int32_t n = 0; n < batch; ++n)
    for (int32_t i = 0; i < e.result[0]; ++i)
      for (int32_t j = 0; j < e.result[1]; ++j)
        for (int32_t c = 0; c < channels; ++c)
          each(n, i, j, c);
}

template <typename T, typename Sum, bool isDepthwise> int32_t convolve(void *const *operands) {
  const Extents &e = *reinterpret_cast<const Extents *>(extents);
  const int32_t *shape = extents + 8, *sizes = extents + 12; // N, H, W, C; KH, KW, O
  int32_t results = isDepthwise ? shape[3] : extents[14];
  Images<const T> a{static_cast<const T *>(operands[0]), shape[1], shape[2], shape[3]};
  const T *weights = static_cast<const T *>(operands[1]);
  Images<Sum> out{static_cast<Sum *>(operands[2]), e.result[0], e.result[1], results};
  eachResult(e, shape[0], results, [&](int32_t n, int32_t i, int32_t j, int32_t o) {
    Sum sum = 0;
    eachElement(e, i, j, sizes, a.rows, a.columns, [&](int32_t y, int32_t x, int32_t ky, int32_t kx) {
      int32_t tap = ky * sizes[1] + kx;
      if (isDepthwise)
        sum += Sum(a.at(n, y, x, o)) * Sum(weights[tap * results + o]);
      else
        for (int32_t c = 0; c < a.channels; ++c)
          sum += Sum(a.at(n, y, x, c)) * Sum(weights[(tap * a.channels + c) * results + o]);
    });
    out.at(n, i, j, o) = sum;
  });
  return 0;
}

template <bool isMean> int32_t pool(void *const *operands) {
  const Extents &e = *reinterpret_cast<const Extents *>(extents);
  const int32_t *sizes = extents + 8, *shape = extents + 10; // KH, KW; N, H, W, C
  Images<const float> a{static_cast<const float *>(operands[0]), shape[1], shape[2], shape[3]};
  Images<float> out{static_cast<float *>(operands[isMean ? 3 : 1]), e.result[0], e.result[1], shape[3]};
  eachResult(e, shape[0], shape[3], [&](int32_t n, int32_t i, int32_t j, int32_t c) {
    float result = isMean ? 0 : -__builtin_inff();
    eachElement(e, i, j, sizes, a.rows, a.columns, [&](int32_t y, int32_t x, int32_t, int32_t) {
      float element = a.at(n, y, x, c);
      result = isMean ? result + element : element > result ? element : result;
    });
    if (isMean)
      result /= static_cast<const float *>(operands[1])[i] * static_cast<const float *>(operands[2])[j];
    out.at(n, i, j, c) = result;
  });
  return 0;
}

} // namespace

#define OPERATOR(name, function, inputs, attributes)                                                                   \
  static const OperatorTable name##Table = {                                                                           \
      #name, inputs, attributes, 1, sizeof(name##Variants) / sizeof(Variant), name##Variants, nullptr};                \
  extern "C" int32_t __tvm_ffi_##name(void *, const TVMFFIAny *args, int32_t count, TVMFFIAny *result) {               \
    return function(&name##Table, args, count, result);                                                                \
  }
#define DEPTHWISE convolve<float, float, true>
#define CONVOLVE convolve<float, float, false>
static const Variant Conv2DVariants[] = {
    {{F32, F32, I64, I64, I64, I64, Bool, F32}, extents, {CONVOLVE, DEPTHWISE}, nullptr},
    {{I8, I8, I64, I64, I64, I64, Bool, I32},
     extents,
     {convolve<int8_t, int32_t, false>, convolve<int8_t, int32_t, true>},
     nullptr},
};
OPERATOR(Conv2D, wasmind_conv2d, 5, 2)
static const Variant DepthwiseConv2DVariants[] = {
    {{F32, F32, I64, I64, I64, Bool, F32}, extents, {DEPTHWISE}, nullptr}};
OPERATOR(DepthwiseConv2D, wasmind_depthwise_conv2d, 5, 1)
static const Variant Conv2DTransposeVariants[] = {
    {{F32, F32, I64, I64, I64, I64, I64, Bool, F32}, extents, {CONVOLVE, DEPTHWISE}, nullptr}};
OPERATOR(Conv2DTranspose, wasmind_conv2d_transpose, 6, 2)
static const Variant MaxPoolVariants[] = {
    {{F32, I64, I64, I64, I64, Bool, Bool, F32}, extents, {pool<false>}, nullptr}};
OPERATOR(MaxPool, wasmind_max_pool, 5, 2)
static const Variant AvgPoolVariants[] = {
    {{F32, I64, I64, I64, Bool, Bool, Bool, F32}, extents, {pool<true>}, nullptr}};
OPERATOR(AvgPool, wasmind_avg_pool, 4, 3)
#define VARIANT(...) {{__VA_ARGS__}, nullptr, {}, nullptr}
#define RESIZE(T) VARIANT(T, I64, Bool, Bool, Bool, T)
static const Variant ResizeNearestVariants[] = {RESIZE(F64), RESIZE(F32), RESIZE(F16), RESIZE(U8)};
OPERATOR(ResizeNearest, wasmind_resize_nearest, 2, 3)
static const Variant ResizeBilinearVariants[] = {RESIZE(F64), RESIZE(F32), RESIZE(F16)};
OPERATOR(ResizeBilinear, wasmind_resize_bilinear, 2, 3)
#define ADAPT(T) VARIANT(T, I64, Bool, T)
static const Variant AdaptiveAvgPool2DVariants[] = {ADAPT(F64), ADAPT(F32), ADAPT(F16)};
OPERATOR(AdaptiveAvgPool2D, wasmind_adaptive_avg_pool2d, 2, 1)
