//===- ProfileReport.cpp ------------------------------------------------------------------------------------------===//
#include "tools/ProfileReport.h"
#include "abi/Line.h"
#include "tools/Json.h"
#include <algorithm>
#include <cstdio>
#include <numeric>

namespace wasmind::tools {
namespace {

constexpr size_t mostRows = 40; ///< of a table

double numberOf(const Json &value) { return value.is_number() ? value.get<double>() : 0; }

/// Bytes per nanosecond of copies that move about as many bytes.
double copyRate(const Json &limits, double bytes) {
  double rate = 0;
  for (const Json &copy : limits["copy"]) {
    rate = numberOf(copy["gbs"]);
    if (2 * numberOf(copy["bytes"]) >= bytes)
      break;
  }
  return rate;
}

template <typename... Args> std::string format(const char *text, Args... args) {
  char line[512];
  std::snprintf(line, sizeof line, text, args...);
  return line;
}

std::string numberText(const char *text, const Json &value, double scale = 1) {
  return value.is_number() ? format(text, value.get<double>() * scale) : "-";
}

std::string nodesText(const Json &step) {
  constexpr size_t most = 3;
  std::string text;
  for (size_t index = 0; index < std::min(step["nodes"].size(), most); ++index)
    text += (index ? ", " : "") + step["nodes"][index].get<std::string>();
  const size_t more = step["nodes"].size() - std::min(step["nodes"].size(), most);
  return abi::toLine(more ? text + " and " + std::to_string(more) + " more" : text);
}

/// The kernel, or what is done without one.
std::string nameText(const Json &step) {
  const std::string &kernel = step["kernel"].get_ref<const std::string &>();
  return abi::toLine(kernel.empty() ? "(" + step["kind"].get<std::string>() + ")" : kernel);
}

std::string textOfEngine(const Json &engine) {
  const Json &steps = engine["steps"];
  std::string text =
      format("%s: a whole run %.3f ms (fastest %.3f), the steps together %.3f ms (fastest %.3f), first run %.3f ms",
             engine["engine"].get_ref<const std::string &>().c_str(), numberOf(engine["wholeMs"]),
             numberOf(engine["wholeMinMs"]), numberOf(engine["sumMs"]), numberOf(engine["sumMinMs"]),
             numberOf(engine["firstMs"]));
  if (engine["prepareMs"].is_number())
    text += format(", preparing weights (once) %.3f ms", numberOf(engine["prepareMs"]));
  text += format("\n  limits: %.1f GFLOP/s of 128-bit multiply-adds; copies of 64 KiB %.1f, of 64 MiB %.1f GB/s\n",
                 numberOf(engine["limits"]["fmaGflops"]), copyRate(engine["limits"], 2 << 16),
                 copyRate(engine["limits"], 2 << 26));
  std::vector<size_t> order(steps.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::erase_if(order, [&](size_t index) { return !steps[index]["ms"].is_number(); });
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return numberOf(steps[a]["ms"]) > numberOf(steps[b]["ms"]); });
  const size_t shown = std::min(order.size(), mostRows);
  size_t width = 6;
  for (size_t row = 0; row < shown; ++row)
    width = std::max(width, nameText(steps[order[row]]).size());
  const int nameWidth = int(std::min<size_t>(width, 40));
  text += format("  %10s %6s %5s  %-*s %9s %8s %7s  %s\n", "ms", "share", "step", nameWidth, "kernel", "GFLOP/s",
                 "GB/s", "limit%", "nodes; shape");
  for (size_t row = 0; row < shown; ++row) {
    const Json &step = steps[order[row]];
    text += format("  %10.4f %5.1f%% %5zu  %-*s %9s %8s %7s  ", numberOf(step["ms"]), 100 * numberOf(step["share"]),
                   order[row], nameWidth, nameText(step).c_str(), numberText("%.1f", step["gflops"]).c_str(),
                   numberText("%.2f", step["gbs"]).c_str(), numberText("%.0f", step["limitShare"], 100).c_str());
    text += nodesText(step) + "; " + abi::toLine(step["shape"].get<std::string>()) + "\n";
  }
  if (order.size() > shown) {
    double rest = 0;
    for (size_t row = shown; row < order.size(); ++row)
      rest += numberOf(steps[order[row]]["ms"]);
    text += format("  %10.4f ms in %zu more steps: see --json or --profile=FILE.html\n", rest, order.size() - shown);
  }
  return text;
}

} // namespace

Json profileOf(const std::string &engine, const Json &times, const abi::StepList &list,
               const std::vector<abi::Kernel> &kernels, const std::vector<std::string> &atBounds) {
  Json profile{{"engine", engine}}, rows = Json::array();
  for (const char *key : {"version", "prepareMs", "firstMs", "wholeMs", "wholeMinMs"})
    if (times.contains(key))
      profile[key] = times[key];
  auto sumOf = [&](const char *key) {
    double sum = 0;
    for (const Json &step : times["steps"])
      sum += step.is_object() ? numberOf(step[key]) : 0;
    return sum;
  };
  const double sum = sumOf("ms");
  profile["sumMs"] = sum;
  profile["sumMinMs"] = sumOf("minMs");
  profile["callMs"] = times["callMs"];
  profile["limits"] = times["limits"];
  const Json described = parseJson(abi::writeSteps(list))["steps"];
  for (size_t index = 0; index < list.steps.size(); ++index) {
    const abi::Step &step = list.steps[index];
    Json row{{"step", index}};
    row.update(described[index]);
    auto kernel =
        std::find_if(kernels.begin(), kernels.end(), [&](const auto &each) { return each.name == step.kernel; });
    row["vectorisedShare"] = kernel == kernels.end() ? Json() : Json(kernel->vectorisedShare);
    for (const char *key : {"ms", "minMs", "share", "gflops", "gbs", "limitShare"})
      row[key] = nullptr;
    if (const Json &measured = times["steps"][index]; measured.is_object()) {
      const double ms = numberOf(measured["ms"]);
      row["ms"] = ms;
      row["minMs"] = measured["minMs"];
      row["share"] = ms / sum;
      const bool isKnown = std::all_of(step.dims.begin(), step.dims.end(), [&](const std::string &dim) {
        return std::find(atBounds.begin(), atBounds.end(), dim) != atBounds.end();
      });
      if (isKnown && step.flops)
        row["gflops"] = double(step.flops) / ms / 1e6;
      if (isKnown && step.bytes) {
        row["gbs"] = double(step.bytes) / ms / 1e6;
        const double leastMs = std::max(double(step.flops) / numberOf(times["limits"]["fmaGflops"]),
                                        double(step.bytes) / copyRate(times["limits"], double(step.bytes))) /
                               1e6;
        row["limitShare"] = leastMs / ms;
      }
    }
    rows.push_back(std::move(row));
  }
  profile["steps"] = std::move(rows);
  return profile;
}

std::string textOfProfile(const Json &report) {
  std::string text;
  for (const Json &engine : report["engines"])
    text += textOfEngine(engine);
  return text +
         "GFLOP/s and GB/s count what the model asks for, at the bounds of its extents; limit% is the time that the "
         "machine takes at least, for the operations or for the bytes, over the time of the step. Bytes in integer "
         "products and Winograd's transforms take fewer instructions than counted, and may pass 100.\n";
}

} // namespace wasmind::tools
