// CumSum(a; axis, exclusive, reverse): sums of all elements up to each along the axis, in their order; without the
// element itself when exclusive, from the end when reverse. Sums of integers wrap; those of f16 are f64, and
// each is rounded once.
#include "runtime/guest/Half.h"
#include "runtime/guest/movement/Movement.h"

using namespace wasmind::guest;

namespace {

template <typename Element, typename Sum>
void accumulate(char *to, int32_t toStep, const char *from, int32_t fromStep, uint32_t count, bool isExclusive) {
  for (Sum sum = 0; count; --count, to += toStep, from += fromStep) {
    Sum before = sum;
    sum += Sum(*reinterpret_cast<const Element *>(from));
    *reinterpret_cast<Element *>(to) = Element(isExclusive ? before : sum);
  }
}

typedef void (*Accumulate)(char *to, int32_t toStep, const char *from, int32_t fromStep, uint32_t count,
                           bool isExclusive);

Accumulate sumsOf(ElementType type) {
  switch (type) {
  case F32:
    return accumulate<float, float>;
  case F64:
    return accumulate<double, double>;
  case F16:
    return accumulate<HalfBits, double>;
  case I8:
  case U8:
    return accumulate<uint8_t, uint8_t>;
  case I16:
    return accumulate<uint16_t, uint16_t>;
  case I32:
    return accumulate<uint32_t, uint32_t>;
  default:
    return accumulate<uint64_t, uint64_t>;
  }
}

} // namespace

extern "C" int32_t wasmind_cum_sum(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  const Tensor &a = call.tensors[0], &out = call.tensors[call.firstOutput];
  int32_t axis;
  if (readArguments(call, count, convertAttribute) || readAxis(call, 1, a.rank, axis))
    return -1;
  bool isExclusive = call.elements[2], isReverse = call.elements[3];
  int64_t extents[maxRank];
  for (int32_t i = 0; i < a.rank; ++i)
    extents[i] = a.extents[i];
  if (prepareResult(call, 0, a.rank, extents))
    return -1;
  if (a.isEmpty())
    return 0;
  Accumulate run = sumsOf(a.type);
  Tensor rows = without(a, axis), results = without(out, axis);
  uint32_t last = isReverse ? uint32_t(a.extents[axis] - 1) : 0;
  int32_t fromStep = a.steps[axis], toStep = out.steps[axis], sign = isReverse ? -1 : 1;
  Cursor cursor{rows.rank,
                rows.extents,
                {results.steps, rows.steps},
                {uintptr_t(out.data) + last * uint32_t(toStep), uintptr_t(a.data) + last * uint32_t(fromStep)}};
  do {
    run(cursor.to(), sign * toStep, cursor.from(), sign * fromStep, uint32_t(a.extents[axis]), isExclusive);
  } while (cursor.next());
  return 0;
}
