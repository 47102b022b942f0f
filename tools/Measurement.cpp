//===- Measurement.cpp - times and sizes of running one model -----------------------------------------------------===//
#include "tools/Measurement.h"
#include "tools/Json.h"
#include <algorithm>
#include <chrono>
#include <cmath>

namespace wasmind::tools {

void Measurement::summarise(std::vector<double> times) {
  if (times.empty())
    times.push_back(firstMs);
  std::sort(times.begin(), times.end());
  auto quantile = [&](double q) { return times[std::min(times.size() - 1, size_t(q * double(times.size())))]; };
  medianMs = quantile(0.5);
  minMs = times.front();
  p95Ms = quantile(0.95);
}

void Measurement::takeSizes(const wasmind_model_info &info) {
  memoryBytes = info.memory_byte_length;
  codeBytes = info.code_byte_length;
  weightBytes = info.weight_byte_length;
}

nlohmann::ordered_json Measurement::toJson() const {
  auto toMicroseconds = [](double ms) { return std::round(ms * 1000) / 1000; };
  return {
      {"loadMs", toMicroseconds(loadMs)}, {"firstMs", toMicroseconds(firstMs)}, {"medianMs", toMicroseconds(medianMs)},
      {"minMs", toMicroseconds(minMs)},   {"p95Ms", toMicroseconds(p95Ms)},     {"memoryBytes", memoryBytes},
      {"codeBytes", codeBytes},           {"weightBytes", weightBytes}};
}

double timeOf(const std::function<void()> &call) {
  auto start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

} // namespace wasmind::tools
