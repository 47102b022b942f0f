//===- Integers.h - all elements of integer constants -------------------------------------------------------------===//
#pragma once
#include "compiler/graph/Constants.h"

namespace wasmind::graph {

/// `body(element, index)` for each element of a constant of i8, u8 or i16, in order; of equal elements for the first.
template <typename Body> void eachInteger(const ConstantData &data, Body body) {
  auto each = [&](auto type) {
    using Integer = decltype(type);
    const auto *elements = reinterpret_cast<const Integer *>(data.bytes.data());
    for (int64_t i = 0, count = data.bytes.size() / sizeof(Integer); i < count; ++i)
      body(int64_t(elements[i]), i);
  };
  if (data.element.isSignlessInteger(16))
    each(int16_t());
  else if (data.element.isUnsignedInteger(8))
    each(uint8_t());
  else
    each(int8_t());
}

struct IntegerRange {
  int64_t low, high;
};
/// Of the elements of a constant of i8, u8 or i16; [0, 0] where there are none.
inline IntegerRange rangeOf(const ConstantData &data) {
  IntegerRange range{0, 0};
  eachInteger(data, [&](int64_t element, int64_t i) {
    range.low = i == 0 ? element : std::min(range.low, element);
    range.high = i == 0 ? element : std::max(range.high, element);
  });
  return range;
}

} // namespace wasmind::graph
