//===- inspect.cpp - `wasmind inspect`: what a module says about itself -------------------------------------------===//
//
// Reads the file only, so modules of any trust can be looked at: nothing is run, and compiled only where a source model
// is given, which becomes a profile's module.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "abi/Line.h"
#include "abi/Signature.h"
#include "abi/Steps.h"
#include "abi/WasmSections.h"
#include "tools/Builds.h"
#include "tools/Commands.h"
#include "tools/Json.h"
#include "tools/ReadFile.h"
#include "tools/SourceModel.h"
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <optional>

namespace wasmind::tools {
namespace {

/// A module's signature, what its sections weigh, and the steps of a run where it lists them.
struct Inspection {
  abi::Signature signature;
  std::optional<abi::StepList> steps;
  std::string json;
  uint64_t moduleBytes = 0, codeBytes = 0, weightBytes = 0;
};

abi::StepList stepsOf(const abi::WasmSection &section, const std::string &path) {
  auto steps = abi::parseSteps({reinterpret_cast<const char *>(section.contents.data()), section.contents.size()});
  if (!steps)
    throw Refusal(path + ": " + steps.error().text);
  return std::move(*steps);
}

Inspection inspect(const std::string &path) {
  const std::vector<uint8_t> bytes = readFile(path);
  auto sections = abi::readSections(bytes);
  if (!sections)
    throw Refusal(path + ": " + sections.error().text);
  auto section = abi::findCustomSection(bytes, abi::sectionName);
  if (!section)
    throw Refusal(path + ": " + section.error().text);
  Inspection inspection;
  inspection.json.assign(section->begin(), section->end());
  auto signature = abi::parseSignature(inspection.json);
  if (!signature)
    throw Refusal(path + ": " + signature.error().text);
  inspection.signature = std::move(*signature);
  for (const abi::WasmSection &each : *sections)
    if (abi::SectionId(each.id) == abi::SectionId::Custom && each.name == abi::stepsSectionName)
      inspection.steps = stepsOf(each, path);
  const abi::Weights &weights = inspection.signature.weights;
  inspection.moduleBytes = bytes.size();
  inspection.codeBytes = abi::byteLengthOf(*sections, abi::SectionId::Code);
  inspection.weightBytes = weights.external ? weights.byteLength : inspection.signature.memory.weights.byteLength;
  return inspection;
}

/// Share of the floating-point and integer operations of a run that vector code does, 0 to 1; 1 when there are none.
double vectorisedShare(const std::vector<abi::Kernel> &kernels) {
  double all = 0, vectorised = 0;
  for (const abi::Kernel &kernel : kernels) {
    double flops = double(kernel.flops) * double(kernel.calls);
    all += flops;
    vectorised += kernel.vectorisedShare * flops;
  }
  return all > 0 ? vectorised / all : 1;
}

double totalOf(const std::vector<abi::Kernel> &kernels, uint64_t abi::Kernel::*field) {
  double total = 0;
  for (const abi::Kernel &kernel : kernels)
    total += double(kernel.*field) * double(kernel.calls);
  return total;
}

std::string describe(const abi::Tensor &tensor) {
  std::string text = std::string(abi::nameOf(tensor.dtype)) + " [";
  for (size_t axis = 0; axis < tensor.shape.size(); ++axis) {
    const abi::Extent &extent = tensor.shape[axis];
    text += (axis ? ", " : "") + (extent.isNamed() ? extent.dim : std::to_string(extent.value));
  }
  return text + "]";
}

std::string describe(const abi::Dim &dim) {
  std::string text = dim.derived ? ", set by the run" : "";
  if (dim.multipleOf != 1)
    text += ", a multiple of " + std::to_string(dim.multipleOf);
  if (dim.isKept())
    text += ", kept from run to run, at first " + std::to_string(*dim.initial);
  if (dim.equals)
    text += ", equals " + abi::describe(*dim.equals);
  return text;
}

void printTensor(const char *kind, size_t index, const abi::Tensor &tensor, const std::string &rest = "") {
  std::printf("  %-6s %2zu  %s: %s at %" PRIu64 ", %" PRIu64 " bytes%s\n", kind, index,
              abi::toLine(tensor.name).c_str(), abi::toLine(describe(tensor)).c_str(), tensor.offset, tensor.byteLength,
              abi::toLine(rest).c_str());
}

void printFunction(const abi::Function &function) {
  std::printf("entry '%s'\n", abi::toLine(function.name).c_str());
  for (size_t index = 0; index < function.inputs.size(); ++index)
    printTensor("input", index, function.inputs[index], function.inputs[index].hasDefault ? ", has a default" : "");
  for (size_t index = 0; index < function.outputs.size(); ++index)
    printTensor("output", index, function.outputs[index]);
  for (size_t index = 0; index < function.state.size(); ++index) {
    const abi::State &state = function.state[index];
    printTensor("state", index, state.tensor,
                ", then '" + state.output + "', at first " +
                    (state.initialOffset ? "what is at " + std::to_string(*state.initialOffset) : "zeros"));
  }
}

void printRegion(const char *name, const abi::Region &region) {
  std::printf("  %-8s %10" PRIu64 " .. %-10" PRIu64 " %12" PRIu64 " bytes\n", name, region.offset, region.end(),
              region.byteLength);
}

void printKernels(const std::vector<abi::Kernel> &kernels) {
  if (kernels.empty())
    return;
  std::printf("kernels: %.4g GFLOP and %.4g MB moved per run at the bounds, %.2f %% of the operations vectorised\n",
              totalOf(kernels, &abi::Kernel::flops) / 1e9, totalOf(kernels, &abi::Kernel::bytes) / 1e6,
              100 * vectorisedShare(kernels));
  std::vector<const abi::Kernel *> order;
  for (const abi::Kernel &kernel : kernels)
    order.push_back(&kernel);
  std::stable_sort(order.begin(), order.end(), [](const abi::Kernel *a, const abi::Kernel *b) {
    return double(a->flops) * double(a->calls) > double(b->flops) * double(b->calls);
  });
  size_t width = 4;
  for (const abi::Kernel &kernel : kernels)
    width = std::max(width, abi::toLine(kernel.name).size());
  const int nameWidth = int(std::min<size_t>(width, 40));
  std::printf("  %-*s %-14s %6s %14s %14s  %7s %s\n", nameWidth, "name", "kind", "calls", "flops/call", "bytes/call",
              "vector%", "shape");
  for (const abi::Kernel *kernel : order)
    std::printf("  %-*s %-14s %6" PRIu64 " %14" PRIu64 " %14" PRIu64 "  %7.2f %s\n", nameWidth,
                abi::toLine(kernel->name).c_str(), abi::toLine(kernel->kind).c_str(), kernel->calls, kernel->flops,
                kernel->bytes, 100 * kernel->vectorisedShare, abi::toLine(kernel->shape).c_str());
}

/// Of the kernel of a step; 1 where it is no call.
double vectorisedShare(const abi::Step &step, const std::vector<abi::Kernel> &kernels) {
  auto known = std::find_if(kernels.begin(), kernels.end(), [&](const auto &each) { return each.name == step.kernel; });
  return known == kernels.end() ? 1 : known->vectorisedShare;
}

double arenaRatio(const abi::StepList &list) {
  return list.leastArenaBytes ? double(list.arenaBytes) / double(list.leastArenaBytes) : 1;
}

/// The first nodes, and how many more there are.
std::string describeNodes(const std::vector<std::string> &nodes) {
  constexpr size_t most = 4;
  std::string text;
  for (size_t index = 0; index < std::min(nodes.size(), most); ++index)
    text += (index ? ", " : "") + nodes[index];
  return nodes.size() > most ? text + " and " + std::to_string(nodes.size() - most) + " more" : text;
}

void printSteps(const abi::StepList &list, const std::vector<abi::Kernel> &kernels) {
  std::printf("arena: %" PRIu64 " bytes, %.3f times the %" PRIu64 " that the fullest step has in use\n",
              list.arenaBytes, arenaRatio(list), list.leastArenaBytes);
  std::printf("steps: %zu, in the order of a run; MFLOP and MB at the bounds\n", list.steps.size());
  size_t width = 6;
  for (const abi::Step &step : list.steps)
    width = std::max(width, abi::toLine(step.kernel).size());
  const int nameWidth = int(std::min<size_t>(width, 40));
  std::printf("  %5s %-*s %-12s %-12s %10s %9s  %7s  %s\n", "step", nameWidth, "kernel", "kind", "strategy", "MFLOP",
              "MB", "vector%", "nodes; shape");
  for (size_t index = 0; index < list.steps.size(); ++index) {
    const abi::Step &step = list.steps[index];
    char share[16] = "-";
    if (!step.kernel.empty())
      std::snprintf(share, sizeof share, "%.2f", 100 * vectorisedShare(step, kernels));
    std::string line = describeNodes(step.nodes) + (step.shape.empty() ? "" : "; " + step.shape);
    std::printf("  %5zu %-*s %-12s %-12s %10.4g %9.4g  %7s  %s\n", index, nameWidth, abi::toLine(step.kernel).c_str(),
                abi::toLine(step.kind).c_str(), abi::toLine(step.strategy).c_str(), double(step.flops) / 1e6,
                double(step.bytes) / 1e6, share, abi::toLine(line).c_str());
  }
}

void printText(const Inspection &inspection) {
  const abi::Signature &signature = inspection.signature;
  std::printf("%s, from %s '%s'\n", abi::toLine(signature.compiler).c_str(),
              signature.sourceFormat.empty() ? "unknown source" : abi::toLine(signature.sourceFormat).c_str(),
              abi::toLine(signature.sourceName).c_str());
  std::string features;
  for (abi::Feature feature : signature.features)
    features += (features.empty() ? "" : ", ") + std::string(abi::nameOf(feature));
  std::printf("features: %s\n", features.empty() ? "none" : features.c_str());
  std::printf("module %" PRIu64 " bytes, code %" PRIu64 " bytes, weights %" PRIu64 " bytes%s%s\n",
              inspection.moduleBytes, inspection.codeBytes, inspection.weightBytes,
              signature.weights.external ? " in " : "", abi::toLine(signature.weights.file).c_str());
  for (const abi::Function &function : signature.functions)
    printFunction(function);
  if (!signature.dims.empty())
    std::printf("dims\n");
  for (const abi::Dim &dim : signature.dims)
    std::printf("  %s: %" PRId64 " .. %" PRId64 "%s\n", abi::toLine(dim.name).c_str(), dim.min, dim.max,
                abi::toLine(describe(dim)).c_str());
  std::printf("memory: %" PRIu64 " pages, %" PRIu64 " bytes\n", signature.memory.pages, signature.memory.byteLength());
  printRegion("stack", signature.memory.stack);
  printRegion("extents", signature.memory.extents);
  printRegion("arena", signature.memory.arena);
  printRegion("weights", signature.memory.weights);
  if (!signature.operators.empty())
    std::printf("operators\n");
  for (const abi::OperatorCount &entry : signature.operators)
    std::printf("  %-24s %" PRIu64 "\n", abi::toLine(entry.name).c_str(), entry.count);
  printKernels(signature.kernels);
  if (inspection.steps)
    printSteps(*inspection.steps, signature.kernels);
}

/// The signature as it stands in the module, and what was measured beside it.
Json jsonOf(const Inspection &inspection) {
  Json report = parseJson(inspection.json);
  report["moduleBytes"] = inspection.moduleBytes;
  report["codeBytes"] = inspection.codeBytes;
  report["weightBytes"] = inspection.weightBytes;
  report["memoryBytes"] = inspection.signature.memory.byteLength();
  report["flops"] = totalOf(inspection.signature.kernels, &abi::Kernel::flops);
  report["vectorisedShare"] = vectorisedShare(inspection.signature.kernels);
  if (const auto &list = inspection.steps) {
    report["arena"] = {
        {"byteLength", list->arenaBytes}, {"leastByteLength", list->leastArenaBytes}, {"ratio", arenaRatio(*list)}};
    report["steps"] = parseJson(abi::writeSteps(*list))["steps"];
    for (size_t index = 0; index < list->steps.size(); ++index)
      report["steps"][index]["vectorisedShare"] =
          list->steps[index].kernel.empty() ? Json()
                                            : Json(vectorisedShare(list->steps[index], inspection.signature.kernels));
  }
  return report;
}

/// All builds, in the order in which hosts ask for them; a module that contradicts the index is refused.
void inspectBuilds(const std::string &indexPath, bool printsJson) {
  const abi::BuildIndex index = readBuildIndex(indexPath);
  const std::filesystem::path folder = std::filesystem::path(indexPath).parent_path();
  Json report{{"compiler", index.compiler}, {"builds", Json::array()}};
  std::vector<Inspection> inspections;
  for (const abi::Build &build : index.builds) {
    const std::string path = (folder / build.module.name).string();
    Inspection &inspection = inspections.emplace_back(inspect(path));
    if (auto error = abi::checkBuild(build, inspection.signature))
      throw Refusal(path + ": " + error->text);
    report["builds"].push_back(jsonOf(inspection));
    report["builds"].back()["file"] = build.module.name;
  }
  if (printsJson) {
    std::printf("%s\n", jsonText(report).c_str());
    return;
  }
  std::printf("%zu builds; hosts load the first whose features the engine has\n", index.builds.size());
  for (size_t each = 0; each < inspections.size(); ++each) {
    std::printf("\n%s\n", abi::toLine(index.builds[each].module.name).c_str());
    printText(inspections[each]);
  }
}

} // namespace

void registerInspect(Command app, int &) {
  auto path = std::make_shared<std::string>();
  auto printsJson = std::make_shared<bool>(false);
  auto source = std::make_shared<SourceOptions>();
  Command command = app.command(
      "inspect",
      "Shows signature, memory map, sizes and kernels of a module, and the steps of a run\n\n"
      "  wasmind inspect model.wasm\n"
      "  wasmind inspect model.onnx --dim batch=1\n\n"
      "Of a source model, which is compiled for it, and of a module that was compiled with --profile, it also shows "
      "the "
      "steps of a run with the nodes that each computes and how, and how near the arena's bytes are to those that the "
      "tensors alive in one step take. vector% is the part of the arithmetic that vector instructions do, measured on "
      "the "
      "emitted code.");
  command.option("model", *path, "model.wasm, a folder of builds (or its wasmind.json), or a source model").required();
  command.flag("--json", *printsJson, "Prints the signature, the sizes and the steps as JSON");
  source->addTo(command);
  command.callback([path, printsJson, source] {
    const std::string given = source->firstGiven();
    if (!isSourceModel(*path) && !given.empty())
      throw UsageError(given + " is of a source model, not of the module " + *path);
    if (const std::optional<std::string> index = findBuildIndex(*path))
      return inspectBuilds(*index, *printsJson);
    std::optional<TemporaryFolder> folder;
    const std::string module =
        isSourceModel(*path) ? compileModel(*path, *source, folder.emplace(), {"--profile", "--quiet"}) : *path;
    Inspection inspection = inspect(module);
    if (*printsJson)
      std::printf("%s\n", jsonText(jsonOf(inspection)).c_str());
    else
      printText(inspection);
  });
}

} // namespace wasmind::tools
