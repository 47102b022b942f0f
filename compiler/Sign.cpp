#include "compiler/Sign.h"
#include "compiler/frontend/Inputs.h"
#include "compiler/graph/Multiples.h"
#include "compiler/graph/Sums.h"
#include "compiler/module/Module.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace wasmind {

static abi::Tensor tensorOf(const loops::Slot &slot, const loops::Program &program) {
  abi::Tensor tensor;
  tensor.name = slot.name;
  tensor.dtype = frontend::dtypeOf(slot.type.getElementType());
  for (AffineExpr extent : graph::getExtents(slot.type)) {
    if (auto constant = graph::constantOf(extent)) {
      tensor.shape.push_back(abi::Extent::fixed(*constant));
      continue;
    }
    for (const loops::ExtentSlot &known : program.extents)
      if (known.expression == extent)
        tensor.shape.push_back(abi::Extent::named(known.name));
  }
  tensor.offset = slot.offset;
  tensor.byteLength = slot.byteLength;
  return tensor;
}

static abi::DimSum sumOf(AffineExpr expression, const loops::Program &program) {
  abi::DimSum sum;
  for (const graph::Term &term : graph::termsOf(expression)) {
    if (term.variables.empty()) {
      sum.plus = term.coefficient;
      continue;
    }
    for (const loops::ExtentSlot &known : program.extents)
      if (known.expression == term.variables[0])
        sum.terms.push_back({known.name, term.coefficient});
  }
  return sum;
}

static std::vector<abi::Dim> dimsOf(ModuleOp graph, const loops::Program &program) {
  std::vector<abi::Dim> dims;
  const auto sums = graph::getRequiredSums(graph.lookupSymbol<func::FuncOp>("run"));
  for (const loops::ExtentSlot &extent : program.extents) {
    if (extent.hidden)
      continue;
    auto symbol = dyn_cast<AffineSymbolExpr>(extent.expression);
    const bool isGiven = symbol && !extent.derived && !extent.initial;
    const AffineExpr sum = isGiven ? sums[symbol.getPosition()] : AffineExpr();
    dims.push_back({extent.name, extent.min, extent.max, extent.offset, extent.derived, extent.initial,
                    isGiven ? graph::multipleOf(symbol.getPosition(), graph) : 1,
                    sum ? std::optional(sumOf(sum, program)) : std::nullopt});
  }
  return dims;
}

static abi::Function runOf(const Import &import, const loops::Program &program) {
  abi::Function run;
  run.name = "run";
  for (const loops::Slot &slot : program.inputs)
    run.inputs.emplace_back(tensorOf(slot, program)).hasDefault = import.defaults.contains(slot.name);
  for (const loops::Slot &slot : program.outputs)
    run.outputs.push_back(tensorOf(slot, program));
  for (const loops::StateSlot &state : program.state)
    run.state.push_back({tensorOf(state.slot, program), state.output, state.initialOffset});
  return run;
}

/// Of a profile: which steps to do is written like inputs are.
static abi::Function runStepsOf(const loops::Program &program) {
  abi::Function steps;
  steps.name = abi::runStepsExport;
  for (const char *name : {"first", "last"}) {
    abi::Tensor &bound = steps.inputs.emplace_back();
    bound.name = name;
    bound.dtype = abi::DType::I32;
    bound.byteLength = sizeof(int32_t);
    bound.offset = program.stepRange.offset + (steps.inputs.size() - 1) * bound.byteLength;
  }
  return steps;
}

abi::Signature sign(const Import &import, const std::string &sourceName, const loops::Program &program,
                    bool relaxedSimd) {
  ModuleOp graph = import.module.get();
  auto regionOf = [](const loops::Range &range) { return abi::Region{range.offset, range.byteLength}; };
  abi::Signature signature;
  signature.compiler = "wasmind 0.1.0";
  signature.sourceFormat = import.format;
  signature.sourceName = sourceName;
  signature.features = {abi::Feature::Simd128};
  if (relaxedSimd)
    signature.features.push_back(abi::Feature::RelaxedSimd);
  signature.dims = dimsOf(graph, program);
  signature.functions.push_back(runOf(import, program));
  if (program.stepRange.byteLength)
    signature.functions.push_back(runStepsOf(program));
  signature.memory.pages = program.pages;
  signature.memory.stack = {0, module::stackByteLength};
  signature.memory.extents = regionOf(program.extentTable);
  signature.memory.arena = regionOf(program.arena);
  signature.memory.weights = regionOf(program.weights);
  if (auto operators = graph->getAttrOfType<DictionaryAttr>("graph.operators"))
    for (NamedAttribute entry : operators)
      if (auto count = dyn_cast<IntegerAttr>(entry.getValue()))
        signature.operators.push_back({entry.getName().str(), uint64_t(count.getInt())});
  for (const loops::KernelRecord &kernel : program.kernels)
    signature.kernels.push_back({kernel.name, kernel.kind, kernel.shape, kernel.flops, kernel.bytes, 0, kernel.calls});
  return signature;
}

} // namespace wasmind
