//===- Pipeline.cpp - the whole compiler on one page --------------------------------------------------------------===//
//
//   frontend   model file -> graph dialect
//   graph      rewrites on whole tensors
//   loops      kernels over pointers, and the memory plan
//   module     LLVM, linked and signed .wasm
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "abi/Signature.h"
#include "compiler/Compile.h"
#include "compiler/frontend/mindir/MindIR.h"
#include "compiler/frontend/onnx/Onnx.h"
#include "compiler/graph/Passes.h"
#include "compiler/loops/Loops.h"
#include "compiler/module/Module.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include <chrono>

using namespace mlir;

namespace wasmind {
namespace {

/// A file under a temporary name that takes its own name only when it is complete.
class OutputFile {
public:
  explicit OutputFile(const std::string &path) : path(path) {}
  ~OutputFile() {
    if (stream) {
      stream.reset();
      llvm::sys::fs::remove(temporary);
    }
  }
  llvm::Error open() {
    int descriptor = -1;
    if (std::error_code code =
            llvm::sys::fs::createUniqueFile(path + ".%%%%%%.part", descriptor, temporary, llvm::sys::fs::OF_None, 0644))
      return llvm::createStringError(code, "%s: cannot create: %s", path.c_str(), code.message().c_str());
    stream = std::make_unique<llvm::raw_fd_ostream>(descriptor, /*shouldClose=*/true);
    return llvm::Error::success();
  }
  llvm::raw_fd_ostream &out() { return *stream; }
  llvm::Error commit() {
    stream->flush();
    std::error_code code = stream->error();
    stream->clear_error();
    stream.reset();
    if (!code)
      code = llvm::sys::fs::rename(temporary, path);
    if (!code)
      return llvm::Error::success();
    llvm::sys::fs::remove(temporary);
    return llvm::createStringError(code, "%s: cannot write: %s", path.c_str(), code.message().c_str());
  }

private:
  std::string path;
  llvm::SmallString<128> temporary;
  std::unique_ptr<llvm::raw_fd_ostream> stream;
};

llvm::Error writeText(const std::string &path, llvm::function_ref<void(llvm::raw_ostream &)> print) {
  if (path == "-") {
    print(llvm::outs());
    llvm::outs().flush();
    return llvm::Error::success();
  }
  OutputFile file(path);
  if (llvm::Error error = file.open())
    return error;
  print(file.out());
  return file.commit();
}

std::string fileName(llvm::StringRef path) { return llvm::sys::path::filename(path).str(); }

abi::Tensor tensorOf(const loops::Slot &slot, const loops::Program &program) {
  abi::Tensor tensor;
  tensor.name = slot.name;
  std::string dtype;
  Type element = slot.type.getElementType();
  if (element.isBF16())
    dtype = "bf16";
  else if (auto type = dyn_cast<FloatType>(element))
    dtype = "f" + std::to_string(type.getWidth());
  else if (element.isInteger(1))
    dtype = "bool";
  else
    dtype = (element.isUnsignedInteger() ? "u" : "i") + std::to_string(element.getIntOrFloatBitWidth());
  tensor.dtype = *abi::parseDType(dtype);
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

class Compilation {
public:
  Compilation(const std::string &input, const std::string &output, const CompileOptions &options)
      : input(input), output(output), options(options), context(MLIRContext::Threading::DISABLED) {
    context.loadDialect<graph::GraphDialect, func::FuncDialect>();
  }

  CompileResult run() {
    if (llvm::Error error = stages())
      result.error = firstLine(llvm::toString(std::move(error)));
    return std::move(result);
  }

private:
  std::string input, output;
  const CompileOptions &options;
  std::vector<std::shared_ptr<void>> keepAlive; // outlives the context: constants point into it
  MLIRContext context;
  CompileResult result;
  std::string format;

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
    if (llvm::Error error = timed("frontend", [&] { return import(graph); }))
      return error;
    if (options.stopAfter == Stage::Frontend)
      return writeText(output, [&](llvm::raw_ostream &out) { print(*graph, out); });

    if (llvm::Error error = timed("graph", [&] { return rewrite(*graph); }))
      return error;
    if (options.stopAfter == Stage::Graph)
      return writeText(output, [&](llvm::raw_ostream &out) { print(*graph, out); });

    loops::Program program;
    if (llvm::Error error = timed("loops", [&] { return lower(*graph, program); }))
      return error;
    if (options.stopAfter == Stage::Loops)
      return writeText(output, [&](llvm::raw_ostream &out) { program.code->print(out); });

    return timed("module", [&] { return emit(*graph, program); });
  }

  static void print(ModuleOp module, llvm::raw_ostream &out) {
    OpPrintingFlags flags;
    flags.elideLargeElementsAttrs(16).elideLargeResourceString(64);
    module.print(out, flags);
    out << '\n';
  }

  llvm::Error import(OwningOpRef<ModuleOp> &graph) {
    if (!llvm::sys::fs::exists(input))
      return llvm::createStringError("%s: no such file", input.c_str());
    llvm::StringRef extension = llvm::sys::path::extension(input);
    if (extension == ".mindir") {
      frontend::ImportOptions importOptions;
      for (auto &[name, bounds] : options.dims)
        importOptions.dims[name] = {bounds.min, bounds.max};
      auto imported = mindir::importMindIR(context, input, importOptions);
      if (!imported)
        return imported.takeError();
      format = "mindir";
      graph = std::move(imported->module);
      keepAlive = std::move(imported->keepAlive);
      result.notes = std::move(imported->notes);
      return llvm::Error::success();
    }
    if (extension != ".onnx" && extension != ".onnxtxt")
      return llvm::createStringError("%s: unknown kind of model; expected .onnx, .onnxtxt or .mindir",
                                     fileName(input).c_str());
    onnx::ImportOptions importOptions;
    for (auto &[name, bounds] : options.dims)
      importOptions.dims[name] = {bounds.min, bounds.max};
    auto imported = onnx::importOnnx(context, input, importOptions);
    if (!imported)
      return imported.takeError();
    format = "onnx";
    graph = std::move(imported->module);
    keepAlive.push_back(imported->keepAlive);
    result.notes = std::move(imported->notes);
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
    loopOptions.hint = options.engineHint == "v8"          ? loops::EngineHint::V8
                       : options.engineHint == "cranelift" ? loops::EngineHint::Cranelift
                                                           : loops::EngineHint::Any;
    loopOptions.relaxedSimd = options.relaxedSimd;
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
    signature.engineHint = *abi::parseEngineHint(options.engineHint);
    for (const loops::ExtentSlot &extent : program.extents)
      signature.dims.push_back({extent.name, extent.min, extent.max, extent.offset, extent.derived});
    abi::Function run;
    run.name = "run";
    for (const loops::Slot &slot : program.inputs)
      run.inputs.push_back(tensorOf(slot, program));
    for (const loops::Slot &slot : program.outputs)
      run.outputs.push_back(tensorOf(slot, program));
    signature.functions.push_back(std::move(run));
    signature.memory.pages = program.pages;
    signature.memory.stack = {0, 16384};
    signature.memory.extents = {program.extentTable.offset, program.extentTable.byteLength};
    signature.memory.arena = {program.arena.offset, program.arena.byteLength};
    signature.memory.weights = {program.weights.offset, program.weights.byteLength};
    if (auto operators = graph->getAttrOfType<DictionaryAttr>("graph.operators"))
      for (NamedAttribute entry : operators)
        if (auto count = dyn_cast<IntegerAttr>(entry.getValue()))
          signature.operators.push_back({entry.getName().str(), uint64_t(count.getInt())});
    for (const loops::KernelRecord &kernel : program.kernels)
      signature.kernels.push_back(
          {kernel.name, kernel.kind, kernel.shape, kernel.flops, kernel.bytes, kernel.vectorised, kernel.calls});
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

  llvm::Error emit(ModuleOp graph, loops::Program &program) {
    abi::Signature signature = sign(graph, program);
    result.weightBytes = program.weights.byteLength;
    result.memoryBytes = uint64_t(program.pages) * 65536;
    module::Options moduleOptions{options.relaxedSimd, options.optLevel};
    if (options.emit == Emit::Mlir || options.emit == Emit::Llvm || options.emit == Emit::Object) {
      if (llvm::Error error = module::lowerToLLVM(*program.code))
        return error;
      if (options.emit != Emit::Object)
        return writeText(output, [&](llvm::raw_ostream &out) { program.code->print(out); });
      auto object = module::emitObject(*program.code, moduleOptions);
      if (!object)
        return object.takeError();
      return writeText(output, [&](llvm::raw_ostream &out) { out.write(object->data(), object->size()); });
    }

    std::vector<module::DataSegment> data;
    std::string weightsPath;
    if (options.externalWeights && program.weights.byteLength) {
      weightsPath = output.substr(0, output.size() - llvm::sys::path::extension(output).size()) + ".weights";
      llvm::SHA256 hash;
      forEachWeightChunk(program,
                         [&](llvm::ArrayRef<char> chunk) { hash.update(llvm::StringRef(chunk.data(), chunk.size())); });
      std::string digest = llvm::toHex(hash.final(), /*LowerCase=*/true);
      signature.weights.external = true;
      signature.weights.file = fileName(weightsPath);
      signature.weights.sha256 = digest;
      signature.weights.offset = program.weights.offset;
      signature.weights.byteLength = program.weights.byteLength;
    } else {
      for (const loops::Segment &segment : program.segments)
        if (!segment.bytes.empty())
          data.push_back({segment.address, segment.bytes});
    }
    if (auto error = abi::validate(signature))
      return llvm::createStringError("internal: the module's signature is wrong: %s", error->text.c_str());
    module::ModuleInput moduleInput{*program.code, data, abi::writeSignature(signature), program.pages,
                                    loops::Options().base};
    auto emitted = module::emitModule(moduleInput, moduleOptions);
    if (!emitted)
      return emitted.takeError();
    result.codeBytes = emitted->codeByteLength();

    OutputFile file(output);
    if (llvm::Error error = file.open())
      return error;
    emitted->write(file.out());
    if (!weightsPath.empty()) {
      OutputFile weights(weightsPath);
      if (llvm::Error error = weights.open())
        return error;
      forEachWeightChunk(program, [&](llvm::ArrayRef<char> chunk) { weights.out().write(chunk.data(), chunk.size()); });
      if (llvm::Error error = weights.commit())
        return error;
    }
    return file.commit();
  }
};

} // namespace

CompileResult compile(const std::string &input, const std::string &output, const CompileOptions &options) {
  return Compilation(input, output, options).run();
}

} // namespace wasmind
