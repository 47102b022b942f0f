//===- DenseProduct.h - rows times weights, as dense and recurrent layers have them ------------------------------===//
#pragma once
#include "runtime/guest/Operator.h"

namespace wasmind::guest {

/// out [rows, n] = a [rows, k] * weights [n, k]^T + bias [n]; all dense. kernels[0], which may be absent, does it with
/// the extents rows, k, n; kernels[1] does one row, with k, n. \returns 0, or 1 when a kernel has no memory.
struct DenseProduct {
  const Variant &variant;
  int32_t k, n;
  int32_t byteWidth, outByteWidth; ///< of an element of a, and of out

  int32_t run(const char *a, int32_t rows, void *weights, void *bias, char *out) const;
};

} // namespace wasmind::guest
