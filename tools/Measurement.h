//===- Measurement.h - times and sizes of running one model -------------------------------------------------------===//
#pragma once
#include "wasmind.hpp"
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace wasmind::tools {

/// What `wasmind run --json` prints; times in milliseconds, sizes in bytes.
struct Measurement {
  double loadMs = 0;  ///< from the file to an instance: reading, checking, compiling or finding it compiled, weights
  double firstMs = 0; ///< the first run
  double medianMs = 0, minMs = 0, p95Ms = 0; ///< of the repeated runs, or of the first when there are none
  uint64_t memoryBytes = 0, codeBytes = 0, weightBytes = 0;

  /// Fills in the statistics; `times` may be empty.
  void summarise(std::vector<double> times);
  void takeSizes(const wasmind_model_info &info);
  nlohmann::ordered_json toJson() const;
};

/// Wall time of a call in milliseconds.
double timeOf(const std::function<void()> &call);

} // namespace wasmind::tools
