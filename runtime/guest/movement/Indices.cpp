#include "runtime/guest/movement/Indices.h"

namespace wasmind::guest {

static int32_t refuseIndex(const Call &call, int64_t index, int64_t extent) {
  refuse(call, "index", index);
  appendText(" is outside an axis of ");
  appendNumber(extent);
  return -1;
}

int32_t checkIndices(const Call &call, const Tensor &indices, int64_t extent) {
  if (indices.isEmpty())
    return 0;
  Cursor cursor{indices.rank, indices.extents, {indices.steps, indices.steps}, {0, uintptr_t(indices.data)}};
  do {
    int64_t given = readIndex(indices.type, cursor.from()), index = given;
    if (!normalise(index, extent))
      return refuseIndex(call, given, extent);
  } while (cursor.next());
  return 0;
}

int32_t Places::read(const Call &call, const Tensor &tensor, int32_t targetRank, const int32_t *extents) {
  indices = &tensor;
  rank = tensor.rank - 1;
  depth = rank < 0 ? 0 : tensor.extents[rank];
  if (rank < 0 || depth > targetRank) {
    refuse(call, "indices of shape ");
    appendShape(tensor);
    appendText(" do not name places in ");
    appendNumber(targetRank);
    appendText(targetRank == 1 ? " axis" : " axes");
    return -1;
  }
  if (tensor.isEmpty())
    return 0;
  Cursor cursor = walk(tensor.steps, nullptr);
  do {
    const char *element = cursor.from();
    for (int32_t i = 0; i < depth; ++i, element += tensor.steps[rank]) {
      int64_t given = readIndex(tensor.type, element), index = given;
      if (!normalise(index, extents[i]))
        return refuseIndex(call, given, extents[i]);
    }
  } while (cursor.next());
  return 0;
}

char *Places::find(const Tensor &tensor, const char *vector) const {
  uintptr_t place = uintptr_t(tensor.data);
  for (int32_t i = 0; i < depth; ++i, vector += indices->steps[rank]) {
    int64_t index = readIndex(indices->type, vector);
    normalise(index, tensor.extents[i]);
    place += uintptr_t(index) * uintptr_t(tensor.steps[i]);
  }
  return reinterpret_cast<char *>(place);
}

} // namespace wasmind::guest
