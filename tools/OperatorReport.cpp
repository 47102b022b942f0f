//===- OperatorReport.cpp - what `wasmind bench operators` found, for readers -------------------------------------===//
#include "tools/OperatorReport.h"
#include "tools/Json.h"
#include <cstdio>
#include <ctime>
#include <fstream>

namespace wasmind::tools {
namespace {

template <typename... Values> std::string formatted(const char *format, Values... values) {
  char text[200];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

std::string textAt(const Json &object, const char *key) {
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

double numberAt(const Json &object, const char *key) {
  auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

bool isLimit(const std::string &side) { return side == "memory.copy" || side == "fma"; }

/// One case in words: title, our rate, its share of the limit, the rate with copies, and the other sides.
struct Line {
  std::string title, rate, share, copied, others, refusals;

  explicit Line(const Json &measured) {
    const std::string unit = textAt(measured, "unit");
    title = textAt(measured, "case") + " " + textAt(measured, "dtype");
    double ours = 0, limit = 0;
    for (const Json &side : measured["sides"]) {
      const std::string name = textAt(side, "side");
      const double sideRate = numberAt(side, "rate");
      if (side.contains("refused"))
        refusals += (refusals.empty() ? "" : "; ") + name + ": " + textAt(side, "refused");
      else if (isLimit(name))
        limit = sideRate;
      else if (name == "wasmind")
        ours = sideRate;
      else if (name == "wasmind, copied")
        copied = formatted("%.1f", sideRate);
      else
        others += (others.empty() ? "" : ", ") + name + formatted(" %.2f", numberAt(side, "ratio"));
    }
    rate = formatted("%.1f ", ours) + unit;
    // Sums of integers are no multiply-adds of f32.
    share = limit > 0 && unit != "GOP/s" ? formatted("%.0f %%", 100 * ours / limit) : "-";
  }
};

/// Host and microseconds, of every way to call.
std::vector<std::pair<std::string, Json>> callsOf(const Json &report) {
  std::vector<std::pair<std::string, Json>> calls;
  for (const Json &engine : report["engines"]) {
    const bool isNode = textAt(engine, "engine") == "node";
    if (engine.contains("calls"))
      calls.emplace_back(isNode ? "JavaScript, Node" : "C++, wasmtime", engine["calls"]);
    if (engine.contains("callsInPython") && engine["callsInPython"].is_object())
      calls.emplace_back("Python, wasmtime", engine["callsInPython"]);
  }
  return calls;
}

std::string headOf(const Json &engine) {
  const std::string version = textAt(engine, "version");
  return textAt(engine, "engine") + (version.empty() ? "" : " " + version);
}

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      return line.substr(line.find(':') + 2);
  return "unknown processor";
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", std::localtime(&now));
  return text;
}

std::string sizesOf(const Json &engine) {
  std::string text;
  for (const Json &measured : engine["cases"])
    if (textAt(measured, "unit") != "GB/s")
      text += "; " + textAt(measured, "case") + " " + textAt(measured, "dtype") + " on " + textAt(measured, "shapes");
  return text;
}

} // namespace

std::string textOf(const Json &report) {
  std::string text;
  for (const Json &engine : report["engines"]) {
    text += headOf(engine) + "\n";
    text += formatted("  %-16s %16s %10s %10s  %s\n", "operator", "wasmind", "of limit", "copied", "time over ours");
    for (const Json &measured : engine["cases"]) {
      const Line line(measured);
      text += formatted("  %-16s %16s %10s %10s  ", line.title.c_str(), line.rate.c_str(), line.share.c_str(),
                        line.copied.c_str()) +
              line.others + "\n";
      if (!line.refusals.empty())
        text += "    refused by " + line.refusals + "\n";
    }
  }
  for (const auto &[host, calls] : callsOf(report))
    text +=
        formatted("%-17s a call of Add on four elements: %.3f us, making its result %.3f us, on arrays copied in and "
                  "out %.3f us\n",
                  host.c_str(), numberAt(calls, "intoGuest"), numberAt(calls, "newGuest"), numberAt(calls, "copied"));
  return text;
}

std::string markdownOf(const Json &report) {
  std::string text =
      "# Benchmark of operators\n\nWritten by `wasmind bench operators` on " + today() + ": " + processor() +
      "; one thread, " + textAt(report, "features") + sizesOf(report["engines"][0]) +
      ".\n\n"
      "- *wasmind*: the fastest call on tensors in the library's memory; GB/s count bytes read and written.\n"
      "- *of the limit*: over memory.copy of as many bytes, or 128-bit fused multiply-adds, in the same run.\n"
      "- *copied*: the same on arrays of the caller, copied into the library's memory and back.\n"
      "- *others*: their time over ours, in turn in one process. TVM's kernels lie in the same module; "
      "`plain` ones have no schedule. A runtime that copies its feeds is compared with *copied*.\n";
  for (const Json &engine : report["engines"]) {
    text += "\n## " + headOf(engine) +
            "\n\n| operator | wasmind | of the limit | copied | others |\n|---|---|---|---|---|\n";
    std::string refusals;
    for (const Json &measured : engine["cases"]) {
      const Line line(measured);
      text += "| " + line.title + " | " + line.rate + " | " + line.share + " | " + line.copied + " | " + line.others +
              " |\n";
      if (!line.refusals.empty())
        refusals += "- " + line.title + ": " + line.refusals + "\n";
    }
    if (!refusals.empty())
      text += "\nNot measured:\n\n" + refusals;
  }
  if (const auto calls = callsOf(report); !calls.empty()) {
    text += "\n## Calls\n\nMicroseconds of an Add of four f32:\n\n| host | into a tensor of the library | making its "
            "result | "
            "arrays copied in and out |\n|---|---|---|---|\n";
    for (const auto &[host, measured] : calls)
      text += formatted("| %s | %.2f | %.2f | %.2f |\n", host.c_str(), numberAt(measured, "intoGuest"),
                        numberAt(measured, "newGuest"), numberAt(measured, "copied"));
  }
  return text;
}

std::vector<std::string> differencesOf(const Json &report) {
  std::vector<std::string> lines;
  for (const Json &engine : report["engines"])
    for (const Json &measured : engine["cases"])
      for (const Json &side : measured["sides"])
        if (side.contains("isEqual") && !side["isEqual"].get<bool>())
          lines.push_back(textAt(engine, "engine") + ": " + textAt(measured, "case") + " " + textAt(measured, "dtype") +
                          ": " + textAt(side, "side") + " computes something else: " +
                          (textAt(side, "reason").empty()
                               ? formatted("by %.1e of the largest element", numberAt(side, "difference"))
                               : textAt(side, "reason")));
  return lines;
}

} // namespace wasmind::tools
