// Cast(a, like): the numbers of a in the element type of `like`, whose shape and elements mean nothing. Float to
// integer truncates and saturates (NaN gives 0), to bool is `!= 0`, integers wrap; floats are rounded once, to nearest,
// ties to even.
#include "runtime/guest/Half.h"
#include "runtime/guest/movement/Movement.h"

using namespace wasmind::guest;

namespace {

constexpr uint32_t rowLength = 256;

/// Elements in a type that holds all numbers of theirs: of floats the reals, else the integers.
union Row {
  double reals[rowLength];
  int64_t integers[rowLength];
};

template <typename Element, typename Wide> void load(Wide *row, const char *from, int32_t step, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i, from += step)
    row[i] = Wide(*reinterpret_cast<const Element *>(from));
}

template <typename Element, typename Wide> void store(const Wide *row, char *to, int32_t step, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i, to += step)
    *reinterpret_cast<Element *>(to) = Element(row[i]);
}

struct Truth {
  uint8_t value;
  explicit Truth(int64_t value) : value(value != 0) {}
};

void loadRow(ElementType type, Row &row, const char *from, int32_t step, uint32_t count) {
  switch (type) {
  case F32:
    return load<float>(row.reals, from, step, count);
  case F64:
    return load<double>(row.reals, from, step, count);
  case F16:
    return load<HalfBits>(row.reals, from, step, count);
  case I8:
    return load<int8_t>(row.integers, from, step, count);
  case I16:
    return load<int16_t>(row.integers, from, step, count);
  case I32:
    return load<int32_t>(row.integers, from, step, count);
  case I64:
    return load<int64_t>(row.integers, from, step, count);
  default: // u8 and bool
    return load<uint8_t>(row.integers, from, step, count);
  }
}

void storeReals(ElementType type, const double *row, char *to, int32_t step, uint32_t count) {
  if (type == F32)
    store<float>(row, to, step, count);
  else if (type == F64)
    store<double>(row, to, step, count);
  else
    store<HalfBits>(row, to, step, count);
}

void storeIntegers(ElementType type, const int64_t *row, char *to, int32_t step, uint32_t count) {
  switch (type) {
  case F32:
    return store<float>(row, to, step, count);
  case F64:
    return store<double>(row, to, step, count);
  case F16:
    return store<HalfBits>(row, to, step, count);
  case I8:
  case U8:
    return store<uint8_t>(row, to, step, count);
  case I16:
    return store<uint16_t>(row, to, step, count);
  case I32:
    return store<uint32_t>(row, to, step, count);
  case I64:
    return store<uint64_t>(row, to, step, count);
  default: // bool
    return store<Truth>(row, to, step, count);
  }
}

/// Reals to integers, truncated and saturated to a type; to bool whether they are not 0.
void truncate(ElementType type, Row &row, uint32_t count) {
  int32_t bits = 8 * elementTypes[type].byteWidth;
  int64_t high = type == U8 ? 255 : int64_t(~UINT64_C(0) >> (65 - bits)), low = type == U8 ? 0 : -high - 1;
  for (uint32_t i = 0; i < count; ++i) {
    double real = row.reals[i];
    int64_t whole = __builtin_wasm_trunc_saturate_s_i64_f64(real);
    row.integers[i] = type == Bool ? real != 0 : whole < low ? low : whole > high ? high : whole;
  }
}

bool isReal(ElementType type) { return type <= F16; }

/// At most rowLength elements.
void convertRow(ElementType toType, char *to, int32_t toStep, ElementType fromType, const char *from, int32_t fromStep,
                uint32_t count) {
  Row row;
  loadRow(fromType, row, from, fromStep, count);
  if (isReal(fromType) && isReal(toType))
    return storeReals(toType, row.reals, to, toStep, count);
  if (isReal(fromType))
    truncate(toType, row, count);
  storeIntegers(toType, row.integers, to, toStep, count);
}

} // namespace

extern "C" int32_t wasmind_cast(const OperatorTable *table, const TVMFFIAny *args, int32_t count, TVMFFIAny *) {
  Call call(*table, args);
  const Tensor &a = call.tensors[0], &out = call.tensors[call.firstOutput];
  if (readArguments(call, count, nullptr))
    return -1;
  int64_t extents[maxRank];
  for (int32_t axis = 0; axis < a.rank; ++axis)
    extents[axis] = a.extents[axis];
  if (prepareResult(call, 0, a.rank, extents))
    return -1;
  Walk walk(out, a);
  if (a.type == out.type) {
    walk.copy(out.data, a.data);
    return 0;
  }
  auto convert = [&](char *to, int32_t toStep, const char *from, int32_t fromStep, uint32_t left) {
    for (uint32_t length; left; left -= length) {
      length = left < rowLength ? left : rowLength;
      convertRow(out.type, to, toStep, a.type, from, fromStep, length);
      to += length * uint32_t(toStep);
      from += length * uint32_t(fromStep);
    }
  };
  walk.eachRow(out.data, a.data, convert);
  return 0;
}
