#include "compiler/Source.h"
#include "compiler/MarkState.h"
#include "compiler/frontend/expr/Trace.h"
#include "compiler/frontend/mindir/MindIR.h"
#include "compiler/frontend/onnx/Onnx.h"
#include "compiler/graph/Dimensions.h"
#include "compiler/graph/Random.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace wasmind {

static frontend::ImportOptions importOptionsOf(const CompileOptions &options, int64_t defaultMax) {
  frontend::ImportOptions chosen;
  static_cast<InputOptions &>(chosen) = options;
  chosen.defaultMax = defaultMax;
  for (auto &[name, bounds] : options.dims)
    chosen.dims[name] = {bounds.min, bounds.max};
  for (const CompileOptions::State &state : options.state)
    chosen.states.insert(state.input);
  return chosen;
}

std::string Source::name() const { return llvm::sys::path::filename(path).str(); }

llvm::Error Source::named(llvm::Error error) const {
  return error ? llvm::createStringError(name() + ": " + llvm::toString(std::move(error))) : llvm::Error::success();
}

llvm::Expected<Import> Source::import(MLIRContext &context, const CompileOptions &options, int64_t defaultMax) {
  const frontend::ImportOptions importOptions = importOptionsOf(options, defaultMax);
  auto imported = outputs.empty() ? read(context, importOptions) : trace(context, importOptions);
  if (!imported)
    return imported.takeError();
  graph::numberDraws(*imported->module);
  if (llvm::Error error = markState(*imported->module, options, imported->defaults))
    return named(std::move(error));
  return imported;
}

llvm::Expected<Import> Source::trace(MLIRContext &context, const frontend::ImportOptions &options) const {
  if (!options.constants.empty() || !options.shapes.empty() || !options.sequences.empty() ||
      options.overridableDefaults || options.seed)
    return llvm::createStringError(
        "constants, shapes, sequences, input defaults and a seed are options of model files; "
        "a formula has te.const and the shapes of its placeholders");
  auto traced = te::trace(context, inputs, outputs, options);
  if (!traced)
    return traced.takeError();
  Import imported;
  imported.format = "te";
  imported.module = std::move(*traced);
  if (llvm::Error error = checkInputShapes(*imported.module))
    return std::move(error);
  return imported;
}

/// A model's host gives the named extents by the inputs' shapes, one by one.
llvm::Error Source::checkInputShapes(ModuleOp graph) const {
  auto run = graph.lookupSymbol<func::FuncOp>("run");
  for (auto [input, type] : llvm::zip(inputs, run.getArgumentTypes()))
    for (auto [extent, actual] : llvm::zip(input.shape(), graph::getExtents(type)))
      if (!isa<AffineConstantExpr, AffineSymbolExpr>(actual))
        return llvm::createStringError("tensor '" + input.name() + "': the extent " + extent.text() +
                                       " of a model's input must be a constant or a var");
  return llvm::Error::success();
}

llvm::Expected<Import> Source::read(MLIRContext &context, const frontend::ImportOptions &options) {
  if (!llvm::sys::fs::exists(path))
    return llvm::createStringError("%s: no such file", path.c_str());
  llvm::StringRef extension = llvm::sys::path::extension(path);
  const bool isMindIR = extension == ".mindir" || extension == ".info";
  if (!isMindIR && extension != ".onnx" && extension != ".onnxtxt")
    return llvm::createStringError("%s: unknown kind of model; expected .onnx, .onnxtxt, .mindir or .info",
                                   name().c_str());
  auto imported = isMindIR ? mindir::importMindIR(context, path, options) : onnx::importOnnx(context, path, options);
  if (!imported)
    return imported.takeError();
  llvm::append_range(keepAlive, std::move(imported->keepAlive));
  imported->dataFiles.push_back(path);
  return Import{std::move(*imported), isMindIR ? "mindir" : "onnx"};
}

} // namespace wasmind
