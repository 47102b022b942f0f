//===- Tolerances.h - the table of tolerances.def for tests in C++ ------------------------------------------------===//
#pragma once
#include <cmath>
#include <string_view>

namespace wasmind::test {

struct Tolerance {
  double step = 0, whole = 0;

  /// Whether a value is near enough for one operation, or a few. Equal values are, infinities and NaN among them.
  bool accepts(double actual, double expected) const {
    return std::isnan(expected)
               ? std::isnan(actual)
               : actual == expected || std::fabs(actual - expected) <= step * (1 + std::fabs(expected));
  }
};

/// Of an element type by the name the table has ("f32"); exact for those that it has not.
inline Tolerance toleranceOf(std::string_view dtype) {
#define TOLERANCE(name, step, whole)                                                                                   \
  if (dtype == #name)                                                                                                  \
    return {step, whole};
#include "test/tolerances.def"
#undef TOLERANCE
  return {};
}

} // namespace wasmind::test
