//===- Indices.h - tensors of positions ---------------------------------------------------------------------------===//
#pragma once
#include "runtime/guest/movement/Movement.h"

namespace wasmind::guest {

/// Refuses indices outside an axis of `extent`. \returns 0, or -1 with the error set.
int32_t checkIndices(const Call &call, const Tensor &indices, int64_t extent);

/// Vectors of indices along the last axis of a tensor: each is a place in the first `depth` axes of another one.
struct Places {
  const Tensor *indices;
  int32_t rank;  ///< axes of `indices` but the last
  int32_t depth; ///< elements of a vector

  /// Checks all vectors against the extents. \returns 0, or -1 with the error set.
  int32_t read(const Call &call, const Tensor &indices, int32_t rank, const int32_t *extents);

  /// A walk over the vectors, beside data with these steps.
  Cursor walk(const int32_t *steps, const char *data) const {
    return {rank, indices->extents, {steps, indices->steps}, {uintptr_t(data), uintptr_t(indices->data)}};
  }

  /// Where in `tensor` the place is that the vector at `vector` names.
  char *find(const Tensor &tensor, const char *vector) const;
};

} // namespace wasmind::guest
