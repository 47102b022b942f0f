//===- Pipeline.cpp - the whole compiler on one page --------------------------------------------------------------===//
//
//   frontend   model file -> graph dialect
//   graph      rewrites on whole tensors
//   loops      kernels over pointers, and the memory plan
//   module     LLVM, linked and signed .wasm
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "abi/Line.h"
#include "abi/Signature.h"
#include "compiler/Compile.h"
#include "compiler/MarkState.h"
#include "compiler/OutputFile.h"
#include "compiler/OutputPaths.h"
#include "compiler/PrintLLVM.h"
#include "compiler/frontend/Inputs.h"
#include "compiler/frontend/expr/Trace.h"
#include "compiler/frontend/mindir/MindIR.h"
#include "compiler/frontend/onnx/Onnx.h"
#include "compiler/graph/Interpreter.h"
#include "compiler/graph/Multiples.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/Sums.h"
#include "compiler/loops/Loops.h"
#include "compiler/module/Library.h"
#include "compiler/module/Module.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include <chrono>
#include <cmath>

using namespace mlir;

namespace wasmind {
namespace {

using frontend::dtypeOf;

std::string fileName(llvm::StringRef path) { return llvm::sys::path::filename(path).str(); }

abi::Tensor tensorOf(const loops::Slot &slot, const loops::Program &program) {
  abi::Tensor tensor;
  tensor.name = slot.name;
  tensor.dtype = dtypeOf(slot.type.getElementType());
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

abi::DimSum sumOf(AffineExpr expression, const loops::Program &program) {
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

class Compilation {
public:
  Compilation(const std::string &input, const std::string &output, const CompileOptions &options)
      : input(input), output(output), options(options), context(MLIRContext::Threading::DISABLED) {
    context.loadDialect<graph::GraphDialect, func::FuncDialect>();
  }

  /// Compiles tensor expressions, which `input` only names.
  Compilation(llvm::ArrayRef<te::Tensor> inputs, llvm::ArrayRef<te::Tensor> outputs, const std::string &name,
              const std::string &output, const CompileOptions &options)
      : Compilation(name, output, options) {
    formulas = {inputs, outputs};
  }

  CompileResult run() {
    if (llvm::Error error = stages())
      result.error = abi::toLine(firstLine(llvm::toString(std::move(error))));
    for (std::string &note : result.notes)
      note = abi::toLine(note);
    return std::move(result);
  }

  InterpretResult interpret(const std::vector<TensorData> &inputs) {
    InterpretResult computed;
    if (llvm::Error error = interpret(inputs, computed.outputs))
      computed.error = abi::toLine(firstLine(llvm::toString(std::move(error))));
    return computed;
  }

private:
  std::string input, output;
  std::vector<std::string> files; ///< that the model was read from
  const CompileOptions &options;
  std::vector<std::shared_ptr<void>> keepAlive;   // outlives the context: constants point into it
  int64_t defaultMax = frontend::defaultOtherMax; ///< of extents that nobody bounds
  static constexpr int64_t leastDefaultMax = 10;
  bool mayTakeLess = false; ///< whether a smaller one changes something
  MLIRContext context;
  CompileResult result;
  llvm::StringMap<llvm::ArrayRef<char>> defaults; ///< of inputs
  std::string format;
  std::pair<llvm::ArrayRef<te::Tensor>, llvm::ArrayRef<te::Tensor>> formulas; ///< inputs, outputs; else a model file

  static std::string firstLine(std::string text) { return text.substr(0, text.find('\n')); }

  llvm::Error timed(const char *stage, llvm::function_ref<llvm::Error()> work) {
    if (options.progress)
      options.progress(stage);
    auto begin = std::chrono::steady_clock::now();
    llvm::Error error = work();
    std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - begin;
    result.times.push_back({stage, elapsed.count()});
    return error;
  }

  llvm::Error stages() {
    OwningOpRef<ModuleOp> graph;
    loops::Program program;
    llvm::Error error = stagesBeforeModule(graph, program);
    // Default bounds are meant for few axes; where memory is too small for them, smaller ones serve more than none.
    while (error && mayTakeLess && defaultMax >= 2 * leastDefaultMax) {
      defaultMax /= 2;
      graph = nullptr;
      program = loops::Program();
      result = CompileResult();
      if (llvm::Error again = stagesBeforeModule(graph, program)) {
        llvm::consumeError(std::move(again));
        continue;
      }
      llvm::consumeError(std::move(error));
      error = llvm::Error::success();
    }
    if (error || options.stopAfter != Stage::Module)
      return error;
    return timed("module", [&] { return emit(*graph, program); });
  }

  llvm::Error stagesBeforeModule(OwningOpRef<ModuleOp> &graph, loops::Program &program) {
    mayTakeLess = false;
    if (llvm::Error error = timed("frontend", [&] { return import(graph); }))
      return error;
    if (llvm::Error error = checkPaths())
      return error;
    if (options.stopAfter == Stage::Frontend)
      return writeOutput(output, [&](llvm::raw_ostream &out) { print(*graph, out); });

    if (llvm::Error error = timed("graph", [&] { return rewrite(*graph); }))
      return error;
    if (options.stopAfter == Stage::Graph)
      return writeOutput(output, [&](llvm::raw_ostream &out) { print(*graph, out); });

    if (llvm::Error error = timed("loops", [&] { return lower(*graph, program); }))
      return error;
    if (options.stopAfter == Stage::Loops)
      return writeOutput(output, [&](llvm::raw_ostream &out) { program.code->print(out); });
    return llvm::Error::success();
  }

  std::string weightsPath() const {
    return output.substr(0, output.size() - llvm::sys::path::extension(output).size()) + ".weights";
  }

  /// The files that are read, which are known when the model is, against those that will be written.
  llvm::Error checkPaths() {
    std::vector<std::string> inputs = options.otherInputs, outputs = options.otherOutputs;
    inputs.insert(inputs.end(), files.begin(), files.end());
    outputs.push_back(output);
    if (options.externalWeights && options.stopAfter == Stage::Module && options.emit == Emit::Wasm)
      outputs.push_back(weightsPath());
    std::string refusal = refuseOutputs(inputs, outputs);
    result.isWrongUsage = !refusal.empty();
    return refusal.empty() ? llvm::Error::success() : llvm::createStringError(refusal);
  }

  static void print(ModuleOp module, llvm::raw_ostream &out) {
    OpPrintingFlags flags;
    flags.elideLargeElementsAttrs(16).elideLargeResourceString(64);
    module.print(out, flags);
    out << '\n';
  }

  /// A model's host gives the named extents by the inputs' shapes, one by one.
  llvm::Error checkInputShapes(ModuleOp graph) const {
    auto run = graph.lookupSymbol<func::FuncOp>("run");
    for (auto [input, type] : llvm::zip(formulas.first, run.getArgumentTypes()))
      for (auto [extent, actual] : llvm::zip(input.shape(), graph::getExtents(type)))
        if (!isa<AffineConstantExpr, AffineSymbolExpr>(actual))
          return llvm::createStringError("tensor '" + input.name() + "': the extent " + extent.text() +
                                         " of a model's input must be a constant or a var");
    return llvm::Error::success();
  }

  llvm::Error import(OwningOpRef<ModuleOp> &graph) {
    frontend::ImportOptions importOptions;
    static_cast<InputOptions &>(importOptions) = options;
    importOptions.defaultMax = defaultMax;
    for (auto &[name, bounds] : options.dims)
      importOptions.dims[name] = {bounds.min, bounds.max};
    for (const CompileOptions::State &state : options.state)
      importOptions.states.insert(state.input);
    if (!formulas.second.empty()) {
      if (!options.constants.empty() || !options.shapes.empty() || !options.sequences.empty() ||
          options.overridableDefaults)
        return llvm::createStringError("constants, shapes, sequences and input defaults are options of model files; a "
                                       "formula has te.const and the shapes of its placeholders");
      auto traced = te::trace(context, formulas.first, formulas.second, importOptions);
      if (!traced)
        return traced.takeError();
      format = "te";
      graph = std::move(*traced);
      if (llvm::Error error = checkInputShapes(*graph))
        return error;
      return named(markState(*graph, options));
    }
    if (!llvm::sys::fs::exists(input))
      return llvm::createStringError("%s: no such file", input.c_str());
    llvm::StringRef extension = llvm::sys::path::extension(input);
    const bool isMindIR = extension == ".mindir" || extension == ".info";
    if (!isMindIR && extension != ".onnx" && extension != ".onnxtxt")
      return llvm::createStringError("%s: unknown kind of model; expected .onnx, .onnxtxt, .mindir or .info",
                                     fileName(input).c_str());
    auto imported = isMindIR ? mindir::importMindIR(context, input, importOptions)
                             : onnx::importOnnx(context, input, importOptions);
    if (!imported) {
      llvm::Error error = imported.takeError();
      mayTakeLess = error.isA<frontend::TooLarge>();
      return error;
    }
    mayTakeLess = imported->hasDefaultBounds;
    format = isMindIR ? "mindir" : "onnx";
    graph = std::move(imported->module);
    llvm::append_range(keepAlive, imported->keepAlive);
    result.notes = std::move(imported->notes);
    defaults = std::move(imported->defaults);
    files = std::move(imported->dataFiles);
    files.push_back(input);
    return named(markState(*graph, options, defaults));
  }

  /// The error with the name of the model before it.
  llvm::Error named(llvm::Error error) const {
    return error ? llvm::createStringError(fileName(input) + ": " + llvm::toString(std::move(error)))
                 : llvm::Error::success();
  }

  /// A state before the first run: `initial`, or zeros when it is null; what it keeps of its shape is 0 then.
  static graph::HostTensor initialOf(RankedTensorType type, ElementsAttr initial) {
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

  llvm::Error interpret(const std::vector<TensorData> &inputs, std::vector<TensorData> &outputs) {
    OwningOpRef<ModuleOp> graph;
    if (llvm::Error error = import(graph))
      return error;
    auto wrong = [&](const llvm::Twine &text) { return llvm::createStringError(fileName(input) + ": " + text); };
    auto run = graph->lookupSymbol<func::FuncOp>("run");
    std::vector<graph::HostTensor> arguments;
    llvm::SmallVector<int64_t> dims(graph::getNamedDims(*graph).size(), 0);
    for (const graph::KeptDim &kept : graph::getKeptDims(run))
      dims[kept.symbol] = kept.initial;
    size_t used = 0;
    for (auto [index, argumentType] : llvm::enumerate(run.getArgumentTypes())) {
      auto type = cast<RankedTensorType>(argumentType);
      if (run.getArgAttr(index, "graph.state")) {
        arguments.push_back(initialOf(type, run.getArgAttrOfType<ElementsAttr>(index, "graph.initial")));
        continue;
      }
      if (used == inputs.size())
        return wrong("has more than " + llvm::Twine(inputs.size()) + " inputs");
      const TensorData &tensor = inputs[used++];
      llvm::SmallVector<AffineExpr> extents = graph::getExtents(type);
      if (dtypeOf(type.getElementType()) != tensor.dtype || extents.size() != tensor.shape.size())
        return wrong("input " + llvm::Twine(used - 1) + " has another element type or rank");
      for (auto [extent, actual] : llvm::zip_equal(extents, tensor.shape))
        if (auto symbol = dyn_cast<AffineSymbolExpr>(extent))
          dims[symbol.getPosition()] = actual;
      graph::HostTensor &argument = arguments.emplace_back();
      argument.element = type.getElementType();
      argument.shape.assign(tensor.shape.begin(), tensor.shape.end());
      argument.bytes.assign(tensor.bytes.begin(), tensor.bytes.end());
      if (argument.bytes.size() != argument.elementCount() * abi::byteWidth(tensor.dtype))
        return wrong("input " + llvm::Twine(used - 1) + " has another number of bytes than its shape");
    }
    if (used != inputs.size())
      return wrong("has " + llvm::Twine(used) + " inputs, not " + llvm::Twine(inputs.size()));
    auto computed = graph::interpret(run, arguments, dims);
    if (!computed)
      return wrong(llvm::toString(computed.takeError()));
    for (auto [index, tensor] : llvm::enumerate(*computed))
      if (!run.getResultAttr(index, "graph.hidden"))
        outputs.push_back({dtypeOf(tensor.element),
                           {tensor.shape.begin(), tensor.shape.end()},
                           {tensor.bytes.begin(), tensor.bytes.end()}});
    return llvm::Error::success();
  }

  llvm::Error rewrite(ModuleOp graph) {
    std::string message;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      if (message.empty() && diagnostic.getSeverity() == DiagnosticSeverity::Error) {
        llvm::raw_string_ostream stream(message);
        if (auto name = dyn_cast<NameLoc>(diagnostic.getLocation()))
          stream << "node '" << name.getName().getValue() << "': ";
        stream << diagnostic;
      }
      return success();
    });
    PassManager passes(&context);
    graph::buildGraphPipeline(passes);
    if (failed(passes.run(graph)))
      return llvm::createStringError("%s: %s", fileName(input).c_str(),
                                     message.empty() ? "the graph stage failed" : message.c_str());
    return llvm::Error::success();
  }

  llvm::Error lower(ModuleOp graph, loops::Program &program) {
    loops::Options loopOptions;
    loopOptions.relaxedSimd = options.relaxedSimd;
    loopOptions.winograd = options.winograd;
    loopOptions.limit = options.memoryLimit;
    auto lowered = loops::lowerToLoops(graph, loopOptions);
    if (!lowered)
      return llvm::createStringError("%s: %s", fileName(input).c_str(), llvm::toString(lowered.takeError()).c_str());
    program = std::move(*lowered);
    return llvm::Error::success();
  }

  abi::Signature sign(ModuleOp graph, const loops::Program &program) {
    abi::Signature signature;
    signature.compiler = "wasmind 0.1.0";
    signature.sourceFormat = format;
    signature.sourceName = fileName(input);
    signature.features = {*abi::parseFeature("simd128")};
    if (options.relaxedSimd)
      signature.features.push_back(*abi::parseFeature("relaxed-simd"));
    const auto sums = graph::getRequiredSums(graph.lookupSymbol<func::FuncOp>("run"));
    for (const loops::ExtentSlot &extent : program.extents) {
      if (extent.hidden)
        continue;
      auto symbol = dyn_cast<AffineSymbolExpr>(extent.expression);
      const bool isGiven = symbol && !extent.derived && !extent.initial;
      const AffineExpr sum = isGiven ? sums[symbol.getPosition()] : AffineExpr();
      signature.dims.push_back({extent.name, extent.min, extent.max, extent.offset, extent.derived, extent.initial,
                                isGiven ? graph::multipleOf(symbol.getPosition(), graph) : 1,
                                sum ? std::optional(sumOf(sum, program)) : std::nullopt});
    }
    abi::Function run;
    run.name = "run";
    for (const loops::Slot &slot : program.inputs)
      run.inputs.emplace_back(tensorOf(slot, program)).hasDefault = defaults.contains(slot.name);
    for (const loops::Slot &slot : program.outputs)
      run.outputs.push_back(tensorOf(slot, program));
    for (const loops::StateSlot &state : program.state)
      run.state.push_back({tensorOf(state.slot, program), state.output, state.initialOffset});
    signature.functions.push_back(std::move(run));
    signature.memory.pages = program.pages;
    signature.memory.stack = {0, module::stackByteLength};
    signature.memory.extents = {program.extentTable.offset, program.extentTable.byteLength};
    signature.memory.arena = {program.arena.offset, program.arena.byteLength};
    signature.memory.weights = {program.weights.offset, program.weights.byteLength};
    if (auto operators = graph->getAttrOfType<DictionaryAttr>("graph.operators"))
      for (NamedAttribute entry : operators)
        if (auto count = dyn_cast<IntegerAttr>(entry.getValue()))
          signature.operators.push_back({entry.getName().str(), uint64_t(count.getInt())});
    for (const loops::KernelRecord &kernel : program.kernels)
      signature.kernels.push_back(
          {kernel.name, kernel.kind, kernel.shape, kernel.flops, kernel.bytes, 0, kernel.calls});
    return signature;
  }

  /// The bytes of the weights file: the segments at their places, zeros between.
  template <typename Sink> static void forEachWeightChunk(const loops::Program &program, Sink sink) {
    static const char zeros[64] = {};
    uint64_t at = program.weights.offset;
    for (const loops::Segment &segment : program.segments) {
      for (; at < segment.address; at += std::min<uint64_t>(64, segment.address - at))
        sink(llvm::ArrayRef<char>(zeros, std::min<uint64_t>(64, segment.address - at)));
      sink(segment.bytes);
      at = segment.address + segment.bytes.size();
    }
  }

  /// What comes before the linker.
  llvm::Error emitParts(ModuleOp code, const module::Options &moduleOptions) {
    if (llvm::Error error = module::lowerToLLVM(code))
      return error;
    if (options.emit == Emit::Mlir)
      return writeOutput(output, [&](llvm::raw_ostream &out) { code->print(out); });
    if (options.emit == Emit::Llvm) {
      auto text = printLLVM(code);
      if (!text)
        return text.takeError();
      return writeOutput(output, [&](llvm::raw_ostream &out) { out << *text; });
    }
    auto object = module::emitObject(code, moduleOptions);
    if (!object)
      return object.takeError();
    if (options.emit == Emit::Archive) {
      auto archive = module::makeArchive({{llvm::sys::path::stem(input).str() + ".o", *object}});
      if (!archive)
        return archive.takeError();
      return writeOutput(output, [&](llvm::raw_ostream &out) { out.write(archive->data(), archive->size()); });
    }
    return writeOutput(output, [&](llvm::raw_ostream &out) { out.write(object->data(), object->size()); });
  }

  llvm::Error emit(ModuleOp graph, loops::Program &program) {
    abi::Signature signature = sign(graph, program);
    result.weightBytes = program.weights.byteLength;
    result.memoryBytes = uint64_t(program.pages) * 65536;
    module::Options moduleOptions{options.relaxedSimd, options.optLevel};
    if (options.emit != Emit::Wasm)
      return emitParts(*program.code, moduleOptions);

    std::vector<module::DataSegment> data;
    const bool hasWeightsFile = options.externalWeights && program.weights.byteLength;
    if (hasWeightsFile) {
      // Hosts look for it beside the module by this name, on any system.
      const std::string name = fileName(weightsPath());
      if (name.find_first_of("\\:") != std::string::npos)
        return llvm::createStringError("%s: the weights beside a module need a name without ':' and '\\', unlike '%s'",
                                       output.c_str(), name.c_str());
      llvm::SHA256 hash;
      forEachWeightChunk(program,
                         [&](llvm::ArrayRef<char> chunk) { hash.update(llvm::StringRef(chunk.data(), chunk.size())); });
      std::string digest = llvm::toHex(hash.final(), /*LowerCase=*/true);
      signature.weights.external = true;
      signature.weights.file = name;
      signature.weights.sha256 = digest;
      signature.weights.offset = program.weights.offset;
      signature.weights.byteLength = program.weights.byteLength;
    } else {
      for (const loops::Segment &segment : program.segments)
        if (!segment.bytes.empty())
          data.push_back({segment.address, segment.bytes});
    }
    for (const loops::Slot &slot : program.inputs)
      if (auto value = defaults.lookup(slot.name); !value.empty())
        data.push_back({slot.offset, value});
    if (auto error = abi::validate(signature))
      return llvm::createStringError("a fault of the compiler, please report it: the module's signature is wrong: %s",
                                     error->text.c_str());
    module::ModuleInput moduleInput{*program.code, data, abi::writeSignature(signature), program.pages,
                                    loops::Options().base};
    for (const loops::KernelRecord &kernel : program.kernels)
      moduleInput.measurement.functions.push_back(kernel.name);
    for (const loops::ExtentSlot &extent : program.extents)
      moduleInput.measurement.extents[extent.offset] = int32_t(extent.max);
    moduleInput.sign = [&](llvm::ArrayRef<module::Work> work) {
      for (auto [kernel, measured] : llvm::zip_equal(signature.kernels, work))
        kernel.vectorisedShare = std::floor(measured.vectorisedShare() * 1e4) / 1e4;
      return abi::writeSignature(signature);
    };
    auto emitted = module::emitModule(moduleInput, moduleOptions);
    if (!emitted)
      return emitted.takeError();
    result.codeBytes = emitted->codeByteLength();

    OutputFile file(output);
    if (llvm::Error error = file.open())
      return error;
    emitted->write(file.out());
    if (hasWeightsFile) {
      // An old module keeps its old weights until both new files are complete.
      OutputFile weights(weightsPath());
      if (llvm::Error error = weights.open())
        return error;
      forEachWeightChunk(program, [&](llvm::ArrayRef<char> chunk) { weights.out().write(chunk.data(), chunk.size()); });
      return OutputFile::commit(weights, file);
    }
    return file.commit();
  }
};

} // namespace

InterpretResult interpret(const std::string &input, const CompileOptions &options,
                          const std::vector<TensorData> &inputs) {
  return Compilation(input, "", options).interpret(inputs);
}

CompileResult compile(const std::string &input, const std::string &output, const CompileOptions &options) {
  return Compilation(input, output, options).run();
}

CompileResult compileExpressions(const std::vector<te::Tensor> &inputs, const std::vector<te::Tensor> &outputs,
                                 const std::string &name, const std::string &output, const CompileOptions &options) {
  if (outputs.empty()) {
    CompileResult result;
    result.error = name + ": there is no output";
    return result;
  }
  return Compilation(inputs, outputs, name, output, options).run();
}

} // namespace wasmind
