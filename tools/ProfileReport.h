//===- ProfileReport.h - what `wasmind bench --profile` found, for readers ----------------------------------------===//
#pragma once
#include "abi/Signature.h"
#include "abi/Steps.h"
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace wasmind::tools {

/// One engine's times (StepTimes.h) together with what the steps are:
///   {"engine", "version"?, "prepareMs", "firstMs", "wholeMs", "wholeMinMs", "sumMs", "sumMinMs", "callMs", "limits",
///   "steps":
///   [...]}
/// A step has what abi::Step has, "step" (its position), "vectorisedShare" of its kernel, "ms" and "minMs" (null where
/// it is apart), "share" (of the sum), and where all its "dims" are at their bounds in `atBounds` and something is
/// counted "gflops", "gbs" and "limitShare": the time that the machine takes at least, for the operations or for the
/// bytes, over "ms"; null elsewhere.
nlohmann::ordered_json profileOf(const std::string &engine, const nlohmann::ordered_json &times,
                                 const abi::StepList &list, const std::vector<abi::Kernel> &kernels,
                                 const std::vector<std::string> &atBounds);

/// Each takes {"model", "features", "repeat", "dims": {name: extent}, "arena", "engines": [...]}.
std::string textOfProfile(const nlohmann::ordered_json &report);
/// A page that needs nothing beside it.
std::string pageOfProfile(const nlohmann::ordered_json &report);

} // namespace wasmind::tools
