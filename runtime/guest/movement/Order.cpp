#include "runtime/guest/movement/Order.h"

namespace wasmind::guest {

template <typename Element> static void orderIntegers(const char *from, int32_t step, uint32_t count, int64_t *order) {
  for (uint32_t i = 0; i < count; ++i, from += step)
    order[i] = *reinterpret_cast<const Element *>(from);
}

/// Floats without their sign are ordered like their bits.
template <typename Bits>
static void orderFloats(const char *from, int32_t step, uint32_t count, int64_t *order, Bits infinity) {
  constexpr Bits sign = Bits(Bits(1) << (8 * sizeof(Bits) - 1));
  for (uint32_t i = 0; i < count; ++i, from += step) {
    Bits bits = *reinterpret_cast<const Bits *>(from), magnitude = Bits(bits & ~sign);
    order[i] = magnitude > infinity ? orderOfNaN : bits & sign ? -int64_t(magnitude) : int64_t(magnitude);
  }
}

void orderRow(ElementType type, const char *from, int32_t step, uint32_t count, int64_t *order) {
  switch (type) {
  case F32:
    return orderFloats<uint32_t>(from, step, count, order, 0x7f800000);
  case F64:
    return orderFloats<uint64_t>(from, step, count, order, UINT64_C(0x7ff) << 52);
  case F16:
    return orderFloats<uint16_t>(from, step, count, order, 0x7c00);
  case I8:
    return orderIntegers<int8_t>(from, step, count, order);
  case I16:
    return orderIntegers<int16_t>(from, step, count, order);
  case I32:
    return orderIntegers<int32_t>(from, step, count, order);
  case I64:
    return orderIntegers<int64_t>(from, step, count, order);
  default: // u8 and bool
    return orderIntegers<uint8_t>(from, step, count, order);
  }
}

} // namespace wasmind::guest
