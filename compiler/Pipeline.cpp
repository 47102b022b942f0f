//===- Pipeline.cpp - the whole compiler on one page --------------------------------------------------------------===//
//
//   frontend   model file or tensor expressions -> graph dialect   (Source)
//   graph      rewrites on whole tensors
//   loops      kernels over pointers, and the memory plan
//   module     LLVM, linked and signed .wasm                       (Sign, Artifact, WeightsFile, BuildFolder)
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/Artifact.h"
#include "compiler/BuildFolder.h"
#include "compiler/Compile.h"
#include "compiler/OutputFile.h"
#include "compiler/OutputPaths.h"
#include "compiler/Sign.h"
#include "compiler/Source.h"
#include "compiler/WeightsFile.h"
#include "compiler/diagnostics/FirstError.h"
#include "compiler/graph/Passes.h"
#include "compiler/loops/Loops.h"
#include <chrono>

using namespace mlir;

namespace wasmind {
namespace {

class Compilation {
public:
  Compilation(Source source, const std::string &output, const CompileOptions &given)
      : source(std::move(source)), output(output), options(given), context(MLIRContext::Threading::DISABLED) {
    llvm::sort(options.variants, std::greater<>()); // the best one first
    options.variants.erase(llvm::unique(options.variants), options.variants.end());
    if (!options.variants.empty())
      take(options.variants.front());
    context.loadDialect<graph::GraphDialect, func::FuncDialect>();
  }

  CompileResult run() {
    if (llvm::Error error = stages())
      result.error = toLine(std::move(error));
    for (std::string &note : result.notes)
      note = abi::toLine(note);
    return std::move(result);
  }

private:
  Source source;
  const std::string &output;
  CompileOptions options;
  MLIRContext context;
  Import model;
  OwningOpRef<ModuleOp> dispatches;
  loops::Program program;
  CompileResult result;
  int64_t defaultMax = frontend::defaultOtherMax; ///< of extents that nobody bounds
  static constexpr int64_t leastDefaultMax = 10;
  bool mayTakeLess = false; ///< whether a smaller one changes something

  llvm::Error stages() {
    llvm::Error error = stagesBeforeModule();
    // Default bounds are meant for few axes; where memory is too small for them, smaller ones serve more than none.
    while (error && mayTakeLess && defaultMax >= 2 * leastDefaultMax) {
      defaultMax /= 2;
      model = Import();
      dispatches = nullptr;
      program = loops::Program();
      result = CompileResult();
      if (llvm::Error again = stagesBeforeModule()) {
        llvm::consumeError(std::move(again));
        continue;
      }
      llvm::consumeError(std::move(error));
      error = llvm::Error::success();
    }
    if (error || options.stopAfter != Stage::Module)
      return error;
    if (options.variants.empty())
      return timed("module", [&] { return emit(); });
    return builds();
  }

  /// All variants, of one graph; the program is that of the first.
  llvm::Error builds() {
    BuildFolder folder(output);
    for (Variant variant : options.variants) {
      if (variant != options.variants.front()) {
        take(variant);
        if (llvm::Error error = timed("loops", [&] { return source.named(lower()); }))
          return error;
      }
      if (llvm::Error error = timed("module", [&] { return folder.add(variant, artifact(), options); }))
        return error;
    }
    result.builds = folder.takeResults();
    return folder.commit();
  }

  void take(Variant variant) { options.relaxedSimd = variant == Variant::RelaxedSimd; }

  llvm::Error stagesBeforeModule() {
    if (llvm::Error error = timed("frontend", [&] { return import(); }))
      return error;
    if (llvm::Error error = checkPaths())
      return error;
    if (options.stopAfter == Stage::Frontend)
      return write(*model.module);

    if (llvm::Error error = timed("graph", [&] { return source.named(graph::rewrite(*model.module)); }))
      return error;
    if (options.stopAfter == Stage::Graph)
      return write(*model.module);

    if (llvm::Error error = timed("loops", [&] { return source.named(lower()); }))
      return error;
    if (options.stopAfter == Stage::Loops)
      return write(*dispatches);
    return llvm::Error::success();
  }

  llvm::Error import() {
    auto imported = source.import(context, options, defaultMax);
    if (!imported) {
      llvm::Error error = imported.takeError();
      mayTakeLess = error.isA<frontend::TooLarge>();
      return error;
    }
    model = std::move(*imported);
    mayTakeLess = model.hasDefaultBounds;
    result.notes = std::move(model.notes);
    return llvm::Error::success();
  }

  llvm::Error lower() {
    loops::Options loopOptions;
    loopOptions.relaxedSimd = options.relaxedSimd;
    loopOptions.winograd = options.winograd;
    loopOptions.profile = options.profile;
    loopOptions.limit = options.memoryLimit;
    if (llvm::Error error = loops::formDispatches(*model.module, loopOptions).moveInto(dispatches))
      return error;
    return loops::lowerDispatches(*dispatches, loopOptions).moveInto(program);
  }

  llvm::Error emit() {
    result.weightBytes = program.weights.byteLength;
    result.memoryBytes = program.pages * abi::pageByteLength;
    return writeArtifact(artifact(), output, options).moveInto(result.codeBytes);
  }

  Artifact artifact() {
    return {program, sign(model, source.name(), program, options.relaxedSimd), model.defaults, source.name()};
  }

  llvm::Error timed(const char *stage, llvm::function_ref<llvm::Error()> work) {
    if (options.progress)
      options.progress(stage);
    auto begin = std::chrono::steady_clock::now();
    llvm::Error error = work();
    std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - begin;
    auto known = llvm::find_if(result.times, [&](const StageTime &time) { return time.name == stage; });
    if (known == result.times.end())
      known = result.times.insert(known, {stage, 0});
    known->milliseconds += elapsed.count();
    return error;
  }

  /// The files that are read, which are known when the model is, against those that will be written.
  llvm::Error checkPaths() {
    if (output.empty()) {
      result.isWrongUsage = true;
      return llvm::createStringError("the output has no name");
    }
    std::vector<std::string> inputs = options.otherInputs, outputs = options.otherOutputs;
    inputs.insert(inputs.end(), model.dataFiles.begin(), model.dataFiles.end());
    outputs.push_back(options.variants.empty() ? output : BuildFolder::indexPathOf(output));
    if (options.variants.empty() && options.externalWeights && options.stopAfter == Stage::Module &&
        options.emit == Emit::Wasm)
      outputs.push_back(WeightsFile::pathOf(output));
    std::string refusal = options.variants.empty() ? "" : refuseFolder(output);
    if (refusal.empty())
      refusal = refuseOutputs(inputs, outputs);
    result.isWrongUsage = !refusal.empty();
    return refusal.empty() ? llvm::Error::success() : llvm::createStringError(refusal);
  }

  llvm::Error write(ModuleOp module) {
    OpPrintingFlags flags;
    flags.elideLargeElementsAttrs(16).elideLargeResourceString(64);
    return writeOutput(output, [&](llvm::raw_ostream &out) {
      module.print(out, flags);
      out << '\n';
    });
  }
};

} // namespace

CompileResult compile(const std::string &input, const std::string &output, const CompileOptions &options) {
  return Compilation(Source(input), output, options).run();
}

CompileResult compileExpressions(const std::vector<te::Tensor> &inputs, const std::vector<te::Tensor> &outputs,
                                 const std::string &name, const std::string &output, const CompileOptions &options) {
  if (outputs.empty()) {
    CompileResult result;
    result.error = name + ": there is no output";
    return result;
  }
  return Compilation(Source(name, inputs, outputs), output, options).run();
}

} // namespace wasmind
