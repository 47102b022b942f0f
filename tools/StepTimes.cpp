//===- StepTimes.cpp ----------------------------------------------------------------------------------------------===//
#include "tools/StepTimes.h"
#include "abi/Signature.h"
#include "tools/Json.h"
#include "tools/Measurement.h"
#include "tools/OperatorTimes.h"
#include "tools/Unwrap.h"
#include <algorithm>
#include <cstring>

namespace wasmind::tools {
namespace {

constexpr double warmUpMs = 300;
constexpr unsigned emptyCalls = 1000;
constexpr double leastMs = 1e-6; ///< of a step that takes no longer than a call without any

double medianOf(std::vector<double> times) {
  std::nth_element(times.begin(), times.begin() + ptrdiff_t(times.size() / 2), times.end());
  return times[times.size() / 2];
}
double leastOf(const std::vector<double> &times) { return *std::min_element(times.begin(), times.end()); }

/// An instance whose run goes step by step.
class Stepper {
public:
  explicit Stepper(const std::string &file)
      : file(file), model(unwrap(Model::load(file), file)), instance(unwrap(Instance::create(model), file)),
        entries(StepEntries::of(model.signature(), file)),
        hasState(!model.signature().functions[entries.run].state.empty()) {
    for (size_t bound : {0, 1})
      range[bound] = unwrap(instance.input(bound, entries.steps), file).elements<int32_t>().data();
  }

  void runFirst(const Inputs &inputs) {
    std::vector<Array> arrays;
    for (size_t index = 0; index < inputs.size(); ++index)
      arrays.push_back(inputs[index] ? *inputs[index]
                                     : Array::copyOf(unwrap(instance.input(index, entries.run), file)));
    std::vector<Tensor> views;
    for (Array &array : arrays)
      views.push_back(array.view());
    unwrap(instance.run(views, entries.run), file);
  }
  void run() { outputs = unwrap(instance.runInPlace(entries.run), file); }
  void runSteps(size_t first, size_t last) {
    *range[0] = int32_t(first);
    *range[1] = int32_t(last);
    unwrap(instance.runInPlace(entries.steps), file);
  }
  /// Makes the next run start from what the first one started from.
  void rewind() {
    if (!hasState)
      return;
    if (auto done = instance.reset(); !done)
      throw Refusal(file + ": " + done.error().text);
  }

  /// Whether what `steps` computes is what the last run in one piece did.
  void compare(const std::function<void()> &steps) {
    std::vector<Array> expected;
    for (const Tensor &output : outputs) {
      expected.push_back(Array::copyOf(output));
      std::memset(output.data(), 0x55, output.byteLength());
    }
    steps();
    for (size_t index = 0; index < outputs.size(); ++index)
      if (std::memcmp(outputs[index].data(), expected[index].bytes.data(), expected[index].bytes.size()) != 0)
        throw Refusal(file + ": a fault of the compiler, please report it: step by step it computes another '" +
                      model.signature().functions[entries.run].outputs[index].name + "' than in one piece");
  }

private:
  std::string file;
  Model model;
  Instance instance;
  StepEntries entries;
  bool hasState;
  int32_t *range[2];
  std::vector<Tensor> outputs; ///< of the last run in one piece; their memory stays where it is
};

} // namespace

StepEntries StepEntries::of(const Signature &signature, const std::string &module) {
  auto find = [&](std::string_view name) {
    for (size_t index = 0; index < signature.functions.size(); ++index)
      if (signature.functions[index].name == name)
        return index;
    throw Refusal(module + ": has no entry '" + std::string(name) +
                  "', as a module compiled with --profile has; compile it again");
  };
  return {find(abi::runExport), find(abi::runStepsExport)};
}

Json StepTimes::measure(const Inputs &inputs, const std::vector<abi::Step> &steps,
                        const std::function<void(unsigned)> &progress) const {
  Stepper stepper(module);
  const size_t begin = !steps.empty() && steps[0].isApart();
  Json report{{"prepareMs", nullptr}};
  if (begin)
    report["prepareMs"] = timeOf([&] { stepper.runSteps(0, 1); });
  report["firstMs"] = timeOf([&] { stepper.runFirst(inputs); });
  auto timeRun = [&] {
    stepper.rewind();
    return timeOf([&] { stepper.run(); });
  };
  for (double spent = 0; spent < warmUpMs;)
    spent += std::max(timeRun(), 1e-3);

  stepper.rewind();
  stepper.compare([&] { stepper.runSteps(begin, steps.size()); });

  std::vector<double> whole, calls;
  std::vector<std::vector<double>> times(steps.size());
  for (unsigned round = 0; round < repeat; ++round) {
    progress(round);
    whole.push_back(timeRun());
    stepper.rewind();
    for (size_t step = begin; step < steps.size(); ++step)
      times[step].push_back(timeOf([&] { stepper.runSteps(step, step + 1); }));
  }
  for (unsigned call = 0; call < emptyCalls; ++call)
    calls.push_back(timeOf([&] { stepper.runSteps(steps.size(), steps.size()); }));

  const double callMs = medianOf(calls);
  report["wholeMs"] = medianOf(whole);
  report["wholeMinMs"] = leastOf(whole);
  report["callMs"] = callMs;
  report["steps"] = Json::array();
  for (const std::vector<double> &each : times)
    report["steps"].push_back(each.empty() ? Json()
                                           : Json{{"ms", std::max(medianOf(each) - callMs, leastMs)},
                                                  {"minMs", std::max(leastOf(each) - callMs, leastMs)}});
  report["limits"] = measureLimits(limits);
  return report;
}

} // namespace wasmind::tools
