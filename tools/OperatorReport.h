//===- OperatorReport.h - what `wasmind bench operators` found, for readers ---------------------------------------===//
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace wasmind::tools {

/// Each takes {"features", "engines": [{"engine", "version"?, "cases", "calls"?, "callsInPython"?}]}, whose cases are
/// as in OperatorTimes.h.
std::string textOf(const nlohmann::ordered_json &report);
/// The page docs/generated/operator-benchmark.md.
std::string markdownOf(const nlohmann::ordered_json &report);
/// One line per side that computed something else than we did.
std::vector<std::string> differencesOf(const nlohmann::ordered_json &report);

} // namespace wasmind::tools
