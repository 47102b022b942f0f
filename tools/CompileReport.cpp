//===- CompileReport.cpp ------------------------------------------------------------------------------------------===//
#include "tools/CompileReport.h"
#include "tools/Json.h"
#include <cstdio>

namespace wasmind::tools {

std::vector<CompileReport> reportsOf(const CompileResult &result, const std::string &output) {
  if (result.builds.empty())
    return {{output, "", "", result.codeBytes, result.weightBytes, result.memoryBytes}};
  std::vector<CompileReport> reports;
  for (const BuildResult &build : result.builds)
    reports.push_back({build.modulePath, build.weightsPath, nameOf(build.variant), build.codeBytes, build.weightBytes,
                       build.memoryBytes});
  return reports;
}

void printText(const std::vector<CompileReport> &reports) {
  for (const CompileReport &report : reports)
    std::printf("%s: code %llu bytes, weights %llu bytes%s%s, memory %llu bytes\n", report.path.c_str(),
                (unsigned long long)report.codeBytes, (unsigned long long)report.weightBytes,
                report.weightsPath.empty() ? "" : " in ", report.weightsPath.c_str(),
                (unsigned long long)report.memoryBytes);
}

void printJson(const std::vector<CompileReport> &reports, const CompileResult &result) {
  Json json{{"modules", Json::array()}, {"notes", result.notes}, {"stageMs", Json::object()}};
  for (const CompileReport &report : reports) {
    Json &module = json["modules"].emplace_back();
    module["file"] = report.path;
    if (!report.variant.empty())
      module["variant"] = report.variant;
    if (!report.weightsPath.empty())
      module["weightsFile"] = report.weightsPath;
    module["codeBytes"] = report.codeBytes;
    module["weightBytes"] = report.weightBytes;
    module["memoryBytes"] = report.memoryBytes;
  }
  for (const StageTime &time : result.times)
    json["stageMs"][time.name] = time.milliseconds;
  std::printf("%s\n", jsonText(json).c_str());
}

} // namespace wasmind::tools
