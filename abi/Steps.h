//===- Steps.h - what each step of a run does, as the custom section `wasmind.steps` says ------------------------===//
//
// For reports on a module that was compiled for a profile (spec.md, "Profiles"); hosts do not read it.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "abi/Result.h"
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wasmind::abi {

/// A call of a kernel, or what the kind says: "prepare" (what the first run does with weights), "copy", "loop" and
/// "branch" with all that is inside, and "check", "measure", "publish" and "keep", which are about extents.
struct Step {
  std::string kernel;                  ///< of the signature's kernels; empty where it is no call
  std::string kind;                    ///< what is computed
  std::string strategy, tile;          ///< how
  std::string shape;                   ///< of what it reads
  std::vector<std::string> nodes = {}; ///< of the model
  std::vector<std::string> dims = {};  ///< named extents that the numbers depend on
  uint64_t flops = 0, bytes = 0;       ///< at the upper bounds; 0 for what data decides

  bool isApart() const { return kind == "prepare"; } ///< done by the first run only
};

struct StepList {
  std::vector<Step> steps; ///< in order
  uint64_t arenaBytes = 0;
  uint64_t leastArenaBytes = 0; ///< what the arena's tensors that are alive in one step take, at most
};

/// Reads the JSON of the section. Any bytes are allowed; `Invalid` when they are no list of steps.
Result<StepList> parseSteps(std::string_view json);
std::string writeSteps(const StepList &list);

} // namespace wasmind::abi
