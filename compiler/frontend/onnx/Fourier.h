//===- Fourier.h - discrete Fourier transforms as products with matrices ------------------------------------------===//
#pragma once
#include "compiler/frontend/onnx/Operator.h"

namespace wasmind::onnx {

struct Fourier {
  AffineExpr length; ///< of the transform, at least 1
  bool inverse = false;
  /// Forward: the outputs up to length / 2 only, the others being their conjugates. Inverse: such inputs, real results.
  bool onesided = false;
};

/// x [..., n, 1 or 2], real or complex, to [..., k, 2 (or 1 where results are real)]. What x lacks to the length is
/// zero; what it has beyond is left out. `window` [n] scales x where it is given.
Value transform(Node &node, const Fourier &fourier, Value x, Value window = {});

} // namespace wasmind::onnx
