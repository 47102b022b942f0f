// A model file on the reference interpreter.
#include "compiler/Compile.h"
#include "compiler/Source.h"
#include "compiler/diagnostics/FirstError.h"
#include "compiler/frontend/Inputs.h"
#include "compiler/graph/Interpreter.h"
#include "compiler/graph/State.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace wasmind {
namespace {

/// A state before the first run: `initial`, or zeros when it is null; what it keeps of its shape is 0 then.
graph::HostTensor initialOf(RankedTensorType type, ElementsAttr initial) {
  graph::HostTensor state;
  state.element = type.getElementType();
  for (AffineExpr extent : graph::getExtents(initial ? initial.getShapedType() : type))
    state.shape.push_back(graph::constantOf(extent).value_or(0));
  const size_t width = graph::byteWidth(state.element);
  state.bytes.assign(state.elementCount() * width, 0);
  if (initial) {
    graph::ConstantData data = graph::dataOf(initial);
    for (size_t at = 0; at < state.bytes.size(); at += width)
      std::copy_n(data.bytes.data() + (data.splat ? 0 : at), width, state.bytes.begin() + long(at));
  }
  return state;
}

/// The arguments of `run` and its named extents, as far as inputs and state give them.
struct Arguments {
  std::vector<graph::HostTensor> tensors;
  llvm::SmallVector<int64_t> dims;
};

llvm::Expected<Arguments> argumentsOf(func::FuncOp run, ModuleOp graph, const std::vector<TensorData> &inputs) {
  Arguments arguments;
  arguments.dims.assign(graph::getNamedDims(graph).size(), 0);
  for (const graph::KeptDim &kept : graph::getKeptDims(run))
    arguments.dims[kept.symbol] = kept.initial;
  size_t used = 0;
  for (auto [index, argumentType] : llvm::enumerate(run.getArgumentTypes())) {
    auto type = cast<RankedTensorType>(argumentType);
    if (run.getArgAttr(index, "graph.state")) {
      arguments.tensors.push_back(initialOf(type, run.getArgAttrOfType<ElementsAttr>(index, "graph.initial")));
      continue;
    }
    if (used == inputs.size())
      return llvm::createStringError("has more than " + llvm::Twine(inputs.size()) + " inputs");
    const TensorData &tensor = inputs[used++];
    llvm::SmallVector<AffineExpr> extents = graph::getExtents(type);
    if (frontend::dtypeOf(type.getElementType()) != tensor.dtype || extents.size() != tensor.shape.size())
      return llvm::createStringError("input " + llvm::Twine(used - 1) + " has another element type or rank");
    for (auto [extent, actual] : llvm::zip_equal(extents, tensor.shape))
      if (auto symbol = dyn_cast<AffineSymbolExpr>(extent))
        arguments.dims[symbol.getPosition()] = actual;
    graph::HostTensor &argument = arguments.tensors.emplace_back();
    argument.element = type.getElementType();
    argument.shape.assign(tensor.shape.begin(), tensor.shape.end());
    argument.bytes.assign(tensor.bytes.begin(), tensor.bytes.end());
    if (argument.bytes.size() != argument.elementCount() * abi::byteWidth(tensor.dtype))
      return llvm::createStringError("input " + llvm::Twine(used - 1) + " has another number of bytes than its shape");
  }
  if (used != inputs.size())
    return llvm::createStringError("has " + llvm::Twine(used) + " inputs, not " + llvm::Twine(inputs.size()));
  return arguments;
}

llvm::Expected<std::vector<TensorData>> outputsOf(ModuleOp graph, const std::vector<TensorData> &inputs) {
  auto run = graph.lookupSymbol<func::FuncOp>("run");
  auto arguments = argumentsOf(run, graph, inputs);
  if (!arguments)
    return arguments.takeError();
  auto computed = graph::interpret(run, arguments->tensors, arguments->dims);
  if (!computed)
    return computed.takeError();
  std::vector<TensorData> outputs;
  for (auto [index, tensor] : llvm::enumerate(*computed))
    if (!run.getResultAttr(index, "graph.hidden"))
      outputs.push_back({frontend::dtypeOf(tensor.element),
                         {tensor.shape.begin(), tensor.shape.end()},
                         {tensor.bytes.begin(), tensor.bytes.end()}});
  return outputs;
}

} // namespace

InterpretResult interpret(const std::string &input, const CompileOptions &options,
                          const std::vector<TensorData> &inputs) {
  Source source(input);
  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<graph::GraphDialect, func::FuncDialect>();
  auto imported = source.import(context, options);
  if (!imported)
    return {toLine(imported.takeError()), {}};
  auto outputs = outputsOf(*imported->module, inputs);
  if (!outputs)
    return {toLine(source.named(outputs.takeError())), {}};
  return {"", std::move(*outputs)};
}

} // namespace wasmind
