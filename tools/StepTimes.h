//===- StepTimes.h - how long each step of a run takes, on wasmtime -----------------------------------------------===//
#pragma once
#include "abi/Steps.h"
#include "tools/CaseInputs.h"
#include <functional>
#include <nlohmann/json_fwd.hpp>

namespace wasmind::tools {

/// A profile's module, the library of bench/limits.cpp, and how often everything is timed.
struct StepTimes {
  std::string module, limits;
  unsigned repeat = 20;

  /// What bench/profile.mjs prints, of this process; times in milliseconds, medians where nothing else is said:
  ///   prepareMs  of the step that is apart, null without one
  ///   firstMs    the first run; wholeMs, wholeMinMs  runs in one piece, between
  ///   steps      [{ms, minMs}]: of each step, in runs in pieces; null for the step that is apart
  ///   callMs     what a call without steps takes, which is taken off
  ///   limits     {fmaGflops, copy: [{bytes, gbs}]}: what the machine does at most
  /// `progress(round)` is called as rounds begin. Throws Refusal.
  nlohmann::ordered_json measure(const Inputs &inputs, const std::vector<abi::Step> &steps,
                                 const std::function<void(unsigned)> &progress) const;
};

/// Of a profile's module: the positions of `run` and `run_steps`. Throws Refusal.
struct StepEntries {
  size_t run = 0, steps = 0;
  static StepEntries of(const Signature &signature, const std::string &module);
};

} // namespace wasmind::tools
