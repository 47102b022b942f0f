//===- Scalar.cpp - a number as one element -----------------------------------------------------------------------===//
#include "runtime/host/src/Scalar.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

namespace wasmind::host {
namespace {

/// The bits of a 16-bit floating-point number (IEEE 754, section 3.4) nearest to `value`.
uint16_t toSixteenBits(double value, int exponentBits, int fractionBits) {
  const uint32_t sign = std::signbit(value) ? 0x8000 : 0, infinity = ((1u << exponentBits) - 1) << fractionBits;
  if (std::isnan(value))
    return uint16_t(infinity | 1u << (fractionBits - 1));
  const double magnitude = std::fabs(value);
  const int bias = (1 << (exponentBits - 1)) - 1;
  if (magnitude >= std::ldexp(1.0, bias + 1))
    return uint16_t(sign | infinity);
  if (magnitude == 0)
    return uint16_t(sign); // frexp says exponent 0 of it
  int exponent;
  std::frexp(magnitude, &exponent);
  exponent = std::max(exponent - 1, 1 - bias); // magnitude < 2^(exponent + 1); subnormal ones share the smallest
  // With the leading bit of normal numbers, which counts as one more in the exponent; rounding may carry into it.
  const auto fraction = uint32_t(std::nearbyint(std::ldexp(magnitude, fractionBits - exponent)));
  return uint16_t(sign | ((uint32_t(exponent + bias - 1) << fractionBits) + fraction));
}

template <typename T> bool put(T value, std::array<uint8_t, 8> &element) {
  std::memcpy(element.data(), &value, sizeof value);
  return true;
}

template <typename Integer, typename Value> bool putInteger(Value value, std::array<uint8_t, 8> &element) {
  if constexpr (std::is_floating_point_v<Value>) {
    // Both bounds are powers of two, so exact.
    const double end = std::ldexp(1.0, std::numeric_limits<Integer>::digits);
    if (!(value >= (std::is_signed_v<Integer> ? -end : 0.0) && value < end && value == std::trunc(value)))
      return false;
  } else if (!std::in_range<Integer>(value)) {
    return false;
  }
  return put(Integer(value), element);
}

template <typename Value> bool write(abi::DType dtype, Value value, std::array<uint8_t, 8> &element) {
  switch (dtype) {
  case abi::DType::F32:
    return put(float(double(value)), element);
  case abi::DType::F64:
    return put(double(value), element);
  case abi::DType::F16:
    return put(toSixteenBits(double(value), 5, 10), element);
  case abi::DType::BF16:
    return put(toSixteenBits(double(value), 8, 7), element);
  case abi::DType::I8:
    return putInteger<int8_t>(value, element);
  case abi::DType::I16:
    return putInteger<int16_t>(value, element);
  case abi::DType::I32:
    return putInteger<int32_t>(value, element);
  case abi::DType::I64:
    return putInteger<int64_t>(value, element);
  case abi::DType::U8:
    return putInteger<uint8_t>(value, element);
  case abi::DType::U16:
    return putInteger<uint16_t>(value, element);
  case abi::DType::U32:
    return putInteger<uint32_t>(value, element);
  case abi::DType::U64:
    return putInteger<uint64_t>(value, element);
  case abi::DType::Bool:
    return (value == 0 || value == 1) && putInteger<uint8_t>(value, element);
  }
  return false;
}

} // namespace

bool writeScalar(abi::DType dtype, bool value, std::array<uint8_t, 8> &element) {
  return dtype == abi::DType::Bool && put(uint8_t(value), element);
}
bool writeScalar(abi::DType dtype, int64_t value, std::array<uint8_t, 8> &element) {
  return write(dtype, value, element);
}
bool writeScalar(abi::DType dtype, uint64_t value, std::array<uint8_t, 8> &element) {
  return write(dtype, value, element);
}
bool writeScalar(abi::DType dtype, double value, std::array<uint8_t, 8> &element) {
  return write(dtype, value, element);
}

} // namespace wasmind::host
