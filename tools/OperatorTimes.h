//===- OperatorTimes.h - operators on wasmtime, side by side ------------------------------------------------------===//
#pragma once
#include "tools/OperatorCases.h"
#include <functional>

namespace wasmind::tools {

/// A library to measure, the library of bench/limits.cpp, and how long each side of a case runs at least.
struct OperatorTimes {
  std::string library, limits;
  double seconds = 0.3;

  /// What bench/operators.mjs prints, of this process: {"cases": [{"case", "dtype", "unit", "sides": [...]}], "calls"}.
  /// A side is {"side", "ms", "medianMs", "rate"}, of one call; besides, `ratio` of its time to ours (a peer's to ours
  /// with copies), `difference` from our result over its largest element, `isEqual`, and where no number says how they
  /// differ `reason`. One that refuses its arguments is {"side", "refused": why}.
  /// Throws Refusal.
  nlohmann::ordered_json measure(const std::vector<OperatorCase> &cases, bool measuresCalls,
                                 const std::function<void(const OperatorCase &)> &progress) const;
};

/// What this machine does at most on wasmtime, by the library of bench/limits.cpp: {"fmaGflops", "copy": [{"bytes",
/// "gbs"}]}, for copies of 16 KiB to 64 MiB, of which as many bytes are read as written.
nlohmann::ordered_json measureLimits(const std::string &limits);

} // namespace wasmind::tools
