//===- Quantization.h - affine quantised numbers: real = (q - zeroPoint) * scale ----------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Windows.h"

namespace wasmind::onnx {

/// round(x / scale) + zeroPoint, saturated to `element`; rounding is half to even. `zeroPoint` may be null.
Value quantize(Node &node, Value x, Value scale, Value zeroPoint, Type element);

/// q - zeroPoint, exactly: q itself where the zero point is null or 0, else i16 for 8 bits and i32 for more.
Value centred(Node &node, Value q, Value zeroPoint);

/// A scale or zero point (scalar, one per element of `axis`, or one per `blockSize` elements of it) in a shape that
/// broadcasts to x.
Value alongAxis(Node &node, Value parameter, Value x, int64_t axis, int64_t blockSize);

/// (a - aZero) * (b - bZero) as numpy.matmul in i32, a and b i8 or u8; zero points null = 0, scalar, or one per row of
/// a and per column of b.
Value integerMatmul(Node &node, Value a, Value b, Value aZero, Value bZero);

/// Convolution of (x - xZero) and (w - wZero) in i32; xZero scalar, wZero scalar or one per output channel.
Value integerConvolve(Node &node, Value x, Value w, Value xZero, Value wZero);

} // namespace wasmind::onnx
