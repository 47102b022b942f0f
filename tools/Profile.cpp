//===- Profile.cpp - `wasmind bench --profile`: where the time of a run goes --------------------------------------===//
//
// A profile's module runs step by step (abi/spec.md, "Profiles"), on wasmtime in this process (StepTimes.h) and on Node
// in one of its own (bench/profile.mjs), with the machine's limits measured beside it.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "tools/Profile.h"
#include "abi/WasmSections.h"
#include "compiler/OutputPaths.h"
#include "tools/Json.h"
#include "tools/Limits.h"
#include "tools/Npz.h"
#include "tools/Process.h"
#include "tools/ProfileReport.h"
#include "tools/RandomInputs.h"
#include "tools/ReadFile.h"
#include "tools/Refusal.h"
#include "tools/StepTimes.h"
#include "tools/Unwrap.h"
#include "tools/WriteText.h"
#include <chrono>
#include <cstdio>
#include <fstream>

namespace wasmind::tools {
namespace {

/// A module's signature and list of steps, from its bytes.
struct Profiled {
  abi::Signature signature;
  abi::StepList list;
};

Profiled readProfiled(const std::string &module, const std::string &model) {
  const std::vector<uint8_t> bytes = readFile(module);
  auto section = abi::findCustomSection(bytes, abi::sectionName);
  if (!section)
    throw Refusal(model + ": " + section.error().text);
  auto signature = abi::parseSignature({reinterpret_cast<const char *>(section->data()), section->size()});
  if (!signature)
    throw Refusal(model + ": " + signature.error().text);
  if (signature->library)
    throw Refusal(model + ": is an operator library, which has no steps; bench operators measures operators");
  auto steps = abi::findCustomSection(bytes, abi::stepsSectionName);
  if (!steps)
    throw Refusal(model +
                  ": lists no steps, as it was compiled without --profile; give the source model, or compile it "
                  "again with --profile");
  auto list = abi::parseSteps({reinterpret_cast<const char *>(steps->data()), steps->size()});
  if (!list)
    throw Refusal(model + ": " + list.error().text);
  if (signature->weights.external)
    throw Refusal(model + ": has its weights in a file beside it; a profile needs them inside: compile it with "
                          "--weights=inline");
  return {std::move(*signature), std::move(*list)};
}

Inputs inputsFor(const ProfileOptions &options, const Profiled &profiled, const Signature::Function &entry) {
  if (!options.inputs.empty())
    return inputsFromCase(options.inputs, entry);
  std::vector<Array> inputs = randomInputs(withExtents(entry, extentsFor(profiled.signature)), /*seed=*/1);
  return Inputs(inputs.begin(), inputs.end());
}

/// The named extents of the inputs, and what the module keeps at first.
Json extentsOf(const abi::Signature &signature, const Inputs &inputs) {
  Json extents = Json::object();
  for (const abi::Dim &dim : signature.dims)
    if (dim.isKept())
      extents[dim.name] = *dim.initial;
  const std::vector<abi::Tensor> &contract = signature.findFunction(abi::runExport)->inputs;
  for (size_t index = 0; index < inputs.size(); ++index)
    for (size_t axis = 0; inputs[index] && axis < inputs[index]->shape.size(); ++axis)
      if (const abi::Extent &extent = contract[index].shape[axis]; extent.isNamed())
        extents[extent.dim] = inputs[index]->shape[axis];
  return extents;
}

Json measureOnNode(const ProfileOptions &options, const Profiled &profiled, const std::string &module,
                   const std::string &limits, const Inputs &inputs, const TemporaryFolder &folder) {
  ArrayMap arrays;
  const std::vector<abi::Tensor> &contract = profiled.signature.findFunction(abi::runExport)->inputs;
  for (size_t index = 0; index < inputs.size(); ++index)
    if (inputs[index])
      arrays.emplace("in:" + contract[index].name, *inputs[index]);
  const std::string inputsFile = arrays.empty() ? "" : folder.file("inputs.npz");
  if (!arrays.empty())
    writeNpz(inputsFile, arrays);
  const std::vector<abi::Step> &steps = profiled.list.steps;
  const Json plan{{"module", module},
                  {"limits", limits},
                  {"inputs", inputsFile},
                  {"stepCount", steps.size()},
                  {"begin", int(!steps.empty() && steps[0].isApart())},
                  {"repeat", options.repeat}};
  std::ofstream(folder.file("plan.json")) << jsonText(plan);
  const std::string script = treeFile("WASMIND_BENCH", "bench", "profile.mjs").string();
  Json times = parseJson(captureProgram(nodeProgram(), {script, folder.file("plan.json")}));
  if (!times.is_object() || !times.contains("steps") || times["steps"].size() != steps.size())
    throw Refusal(script + " printed no measurement");
  return times;
}

} // namespace

void profile(const ProfileOptions &options) {
  const std::vector<std::string> read{options.model, options.inputs};
  if (std::string refusal = refuseOutputs(read, {&options.page, 1}); !refusal.empty())
    throw UsageError(refusal);
  TemporaryFolder folder;
  const std::string module = isSourceModel(options.model)
                                 ? compileModel(options.model, options.source, folder, {"--profile", "--quiet"})
                                 : options.model;
  const Profiled profiled = readProfiled(module, options.model);
  const Model model = unwrap(Model::load(module), options.model);
  const Inputs inputs =
      inputsFor(options, profiled, model.signature().functions[StepEntries::of(model.signature(), options.model).run]);
  const std::string limits = buildLimits(folder);

  std::vector<std::string> atBounds;
  const Json extents = extentsOf(profiled.signature, inputs);
  for (const abi::Dim &dim : profiled.signature.dims)
    if (extents.contains(dim.name) && extents[dim.name] == dim.max)
      atBounds.push_back(dim.name);
  Json report{{"model", options.model},
              {"features", Json::array()},
              {"repeat", options.repeat},
              {"dims", extents},
              {"arena", {{"byteLength", profiled.list.arenaBytes}, {"leastByteLength", profiled.list.leastArenaBytes}}},
              {"engines", Json::array()}};
  for (abi::Feature feature : profiled.signature.features)
    report["features"].push_back(abi::nameOf(feature));
  for (const std::string &engine : options.engines) {
    auto told = std::chrono::steady_clock::now();
    auto progress = [&](unsigned round) {
      if (auto now = std::chrono::steady_clock::now(); now - told > std::chrono::seconds(2)) {
        std::fprintf(stderr, "wasmind: profile: %s: round %u of %u\n", engine.c_str(), round + 1, options.repeat);
        told = now;
      }
    };
    const Json times = engine == "node"
                           ? measureOnNode(options, profiled, module, limits, inputs, folder)
                           : StepTimes{module, limits, options.repeat}.measure(inputs, profiled.list.steps, progress);
    report["engines"].push_back(profileOf(engine, times, profiled.list, profiled.signature.kernels, atBounds));
  }
  std::fputs((options.printsJson ? jsonText(report) + "\n" : textOfProfile(report)).c_str(), stdout);
  if (!options.page.empty())
    writeText(options.page, pageOfProfile(report));
}

} // namespace wasmind::tools
