//===- inspect.cpp - `wasmind inspect`: what a module says about itself -------------------------------------------===//
//
// Reads the file only; nothing is compiled or run, so modules of any trust can be looked at.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "abi/Line.h"
#include "abi/Signature.h"
#include "abi/WasmSections.h"
#include "tools/Commands.h"
#include "tools/Json.h"
#include "tools/ReadFile.h"
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <memory>

namespace wasmind::tools {
namespace {

/// A module's signature and what its sections weigh.
struct Inspection {
  abi::Signature signature;
  std::string json;
  uint64_t moduleBytes = 0, codeBytes = 0, weightBytes = 0;
};

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
}

/// The signature as it stands in the module, and what was measured beside it.
void printJson(const Inspection &inspection) {
  Json report = parseJson(inspection.json);
  report["moduleBytes"] = inspection.moduleBytes;
  report["codeBytes"] = inspection.codeBytes;
  report["weightBytes"] = inspection.weightBytes;
  report["memoryBytes"] = inspection.signature.memory.byteLength();
  report["flops"] = totalOf(inspection.signature.kernels, &abi::Kernel::flops);
  report["vectorisedShare"] = vectorisedShare(inspection.signature.kernels);
  std::printf("%s\n", jsonText(report).c_str());
}

} // namespace

void registerInspect(Command app, int &) {
  auto path = std::make_shared<std::string>();
  auto printsJson = std::make_shared<bool>(false);
  Command command = app.command("inspect", "Shows signature, memory map, sizes and kernels of a module");
  command.option("model", *path, "model.wasm").required();
  command.flag("--json", *printsJson, "Prints the signature and the sizes as JSON");
  command.callback([path, printsJson] {
    Inspection inspection = inspect(*path);
    *printsJson ? printJson(inspection) : printText(inspection);
  });
}

} // namespace wasmind::tools
