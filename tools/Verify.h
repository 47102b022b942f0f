//===- Verify.h - how far computed outputs are from expected ones -------------------------------------------------===//
#pragma once
#include "tools/Array.h"

namespace wasmind::tools {

/// The comparison of one output.
struct Comparison {
  std::string output;
  double maxDifference = 0; ///< largest |actual - expected|
  double maxExpected = 0;   ///< largest finite |expected|
  double relative = 0;      ///< the first over the second
  bool isEqual = false;     ///< within the tolerance
  std::string reason;       ///< why the two cannot be compared, or which integer differs; otherwise empty
};

/// Floating point: `relative` must be within `tolerance`; NaN and infinities must stand at the same places. Integers
/// and bools must be equal.
Comparison compare(const std::string &output, const Array &actual, const Array &expected, double tolerance);

/// What a comparison found, in a few words.
std::string describe(const Comparison &comparison);

} // namespace wasmind::tools
