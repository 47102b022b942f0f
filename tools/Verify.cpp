//===- Verify.cpp - how far computed outputs are from expected ones -----------------------------------------------===//
#include "tools/Verify.h"
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

namespace wasmind::tools {
namespace {

template <typename T> T get(const uint8_t *place) {
  T value;
  std::memcpy(&value, place, sizeof value);
  return value;
}

/// Binary16 bits as a number (IEEE 754-2019, 3.4).
double fromF16(uint16_t bits) {
  const double sign = bits & 0x8000 ? -1 : 1;
  const int exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
  if (exponent == 31)
    return fraction ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
  return sign * (exponent ? std::ldexp(1024 + fraction, exponent - 25) : std::ldexp(fraction, -24));
}

bool isFloat(DType dtype) {
  return dtype == DType::F32 || dtype == DType::F64 || dtype == DType::F16 || dtype == DType::BF16;
}

double floatAt(DType dtype, const uint8_t *place) {
  switch (dtype) {
  case DType::F64:
    return get<double>(place);
  case DType::F16:
    return fromF16(get<uint16_t>(place));
  case DType::BF16:
    return double(std::bit_cast<float>(uint32_t(get<uint16_t>(place)) << 16));
  default:
    return double(get<float>(place));
  }
}

/// An integer element in words; exact where a double would not be.
std::string integerText(DType dtype, const uint8_t *place) {
  switch (dtype) {
  case DType::I8:
    return std::to_string(get<int8_t>(place));
  case DType::I16:
    return std::to_string(get<int16_t>(place));
  case DType::I32:
    return std::to_string(get<int32_t>(place));
  case DType::I64:
    return std::to_string(get<int64_t>(place));
  case DType::U16:
    return std::to_string(get<uint16_t>(place));
  case DType::U32:
    return std::to_string(get<uint32_t>(place));
  case DType::U64:
    return std::to_string(get<uint64_t>(place));
  default:
    return std::to_string(*place);
  }
}

Comparison failed(Comparison comparison, std::string reason) {
  comparison.maxDifference = comparison.relative = std::numeric_limits<double>::infinity();
  comparison.isEqual = false;
  comparison.reason = std::move(reason);
  return comparison;
}

} // namespace

Comparison compare(const std::string &output, const Array &actual, const Array &expected, double tolerance) {
  Comparison comparison;
  comparison.output = output;
  if (actual.dtype != expected.dtype)
    return failed(comparison, "element type " + std::string(nameOf(actual.dtype)) + " instead of " +
                                  std::string(nameOf(expected.dtype)));
  if (actual.shape != expected.shape)
    return failed(comparison, "shape " + describeShape(actual.shape) + " instead of " + describeShape(expected.shape));

  const size_t width = byteWidth(actual.dtype);
  for (size_t at = 0; at < expected.bytes.size(); at += width) {
    const uint8_t *a = &actual.bytes[at], *e = &expected.bytes[at];
    const std::string where = "element " + std::to_string(at / width) + " is ";
    if (!isFloat(actual.dtype)) {
      if (std::memcmp(a, e, width) != 0)
        return failed(comparison, where + integerText(actual.dtype, a) + " instead of " + integerText(actual.dtype, e));
      continue;
    }
    const double actualValue = floatAt(actual.dtype, a), expectedValue = floatAt(actual.dtype, e);
    if (std::isfinite(actualValue) && std::isfinite(expectedValue)) {
      comparison.maxDifference = std::max(comparison.maxDifference, std::fabs(actualValue - expectedValue));
      comparison.maxExpected = std::max(comparison.maxExpected, std::fabs(expectedValue));
    } else if (!(std::isnan(actualValue) && std::isnan(expectedValue)) && actualValue != expectedValue) {
      return failed(comparison, where + std::to_string(actualValue) + " instead of " + std::to_string(expectedValue));
    }
  }
  if (comparison.maxDifference != 0)
    comparison.relative = comparison.maxDifference / comparison.maxExpected;
  comparison.isEqual = comparison.relative <= tolerance;
  return comparison;
}

std::string describe(const Comparison &comparison) {
  if (!comparison.reason.empty())
    return comparison.reason;
  char text[160];
  std::snprintf(text, sizeof text, "largest difference %.3g of %.3g, relative %.3g: %s", comparison.maxDifference,
                comparison.maxExpected, comparison.relative,
                comparison.isEqual ? "equal within the tolerance" : "over the tolerance");
  return text;
}

} // namespace wasmind::tools
