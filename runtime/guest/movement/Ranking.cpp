// TopK(a; k, axis, largest): the k largest or smallest elements along the axis, best first, and their i64 positions. Of
// equal ones the first comes first; a NaN is larger than all numbers.
#include "runtime/guest/movement/Order.h"

using namespace wasmind::guest;

namespace {

struct Ranked {
  int64_t rank; ///< higher is better
  int64_t position;

  bool isWorseThan(const Ranked &other) const {
    return rank < other.rank || (rank == other.rank && position > other.position);
  }
};

/// Puts `moved` into the place of the root of a heap whose root is the worst.
void sink(Ranked *heap, int32_t count, Ranked moved) {
  int32_t at = 0;
  for (int32_t child; (child = 2 * at + 1) < count; at = child) {
    child += child + 1 < count && heap[child + 1].isWorseThan(heap[child]);
    if (!heap[child].isWorseThan(moved))
      break;
    heap[at] = heap[child];
  }
  heap[at] = moved;
}

void rise(Ranked *heap, int32_t at, Ranked moved) {
  for (int32_t parent; at && moved.isWorseThan(heap[parent = (at - 1) / 2]); at = parent)
    heap[at] = heap[parent];
  heap[at] = moved;
}

/// The `k` best of a row, best first.
void rank(const Tensor &a, const char *from, int32_t step, int32_t count, Ranked *heap, int32_t k, bool isLargest) {
  int64_t order[orderLength];
  for (int32_t done = 0, length; done < count; done += length) {
    length = count - done < int32_t(orderLength) ? count - done : int32_t(orderLength);
    orderRow(a.type, from, step, uint32_t(length), order);
    for (int32_t i = 0; i < length; ++i) {
      Ranked next = {isLargest ? order[i] : ~order[i], done + i};
      if (next.position < k)
        rise(heap, int32_t(next.position), next);
      else if (heap[0].isWorseThan(next))
        sink(heap, k, next);
    }
    from += uint32_t(length) * uint32_t(step);
  }
  for (int32_t last = k; --last > 0;) {
    Ranked worst = heap[0];
    sink(heap, last, heap[last]);
    heap[last] = worst;
  }
}

} // namespace

extern "C" int32_t wasmind_top_k(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  const Tensor &a = call.tensors[0], &values = call.tensors[4], &positions = call.tensors[5];
  int32_t axis;
  if (readArguments(call, count, convertAttribute) || readAxis(call, 2, a.rank, axis))
    return -1;
  int64_t k = integerOf(call, 1), extents[maxRank];
  if (k < 0 || k > a.extents[axis]) {
    refuse(call, "k", k);
    appendText(" is not 0 to the extent of axis ");
    appendNumber(axis);
    appendText(" of shape ");
    appendShape(a);
    return -1;
  }
  for (int32_t i = 0; i < a.rank; ++i)
    extents[i] = i == axis ? k : a.extents[i];
  if (prepareResult(call, 0, a.rank, extents) || prepareResult(call, 1, a.rank, extents))
    return -1;
  if (values.isEmpty())
    return 0;
  // 2^27 is more than there can be.
  Ranked *heap = static_cast<Ranked *>(k >> 27 ? nullptr : wasmind_workspace_allocate(uint32_t(k) * sizeof(Ranked)));
  if (!heap)
    return call.outOfMemory();
  Tensor rows = without(a, axis), valueRows = without(values, axis), positionRows = without(positions, axis);
  Cursor cursor{rows.rank, rows.extents, {valueRows.steps, rows.steps}, {uintptr_t(values.data), uintptr_t(a.data)}};
  Cursor other{rows.rank,
               rows.extents,
               {positionRows.steps, positionRows.steps},
               {uintptr_t(positions.data), uintptr_t(positions.data)}};
  do {
    rank(a, cursor.from(), a.steps[axis], a.extents[axis], heap, int32_t(k), call.elements[3]);
    char *value = cursor.to(), *position = other.to();
    for (int32_t i = 0; i < k; ++i, value += values.steps[axis], position += positions.steps[axis]) {
      copyRow(a.byteWidth, value, 0, cursor.from() + uint32_t(heap[i].position) * uint32_t(a.steps[axis]), 0, 1);
      *reinterpret_cast<int64_t *>(position) = heap[i].position;
    }
    other.next();
  } while (cursor.next());
  wasmind_workspace_release(heap);
  return 0;
}
