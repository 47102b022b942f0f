#include "compiler/Artifact.h"
#include "compiler/OutputFile.h"
#include "compiler/PrintLLVM.h"
#include "compiler/WeightsFile.h"
#include "compiler/module/Library.h"
#include "compiler/module/Module.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace wasmind {
namespace {

/// What comes before the linker.
llvm::Error writeUnlinked(const Artifact &artifact, const std::string &path, Emit emit,
                          const module::Options &moduleOptions) {
  ModuleOp code = *artifact.program.code;
  if (llvm::Error error = module::lowerToLLVM(code))
    return error;
  if (emit == Emit::Mlir)
    return writeOutput(path, [&](llvm::raw_ostream &out) { code->print(out); });
  if (emit == Emit::Llvm) {
    auto text = printLLVM(code);
    if (!text)
      return text.takeError();
    return writeOutput(path, [&](llvm::raw_ostream &out) { out << *text; });
  }
  auto bytes = module::emitObject(code, moduleOptions);
  if (!bytes)
    return bytes.takeError();
  if (emit == Emit::Archive) {
    bytes = module::makeArchive({{llvm::sys::path::stem(artifact.name).str() + ".o", *bytes}});
    if (!bytes)
      return bytes.takeError();
  }
  return writeOutput(path, [&](llvm::raw_ostream &out) { out.write(bytes->data(), bytes->size()); });
}

std::vector<module::DataSegment> segmentsOf(const Artifact &artifact, bool withWeights) {
  std::vector<module::DataSegment> data;
  if (withWeights)
    for (const loops::Segment &segment : artifact.program.segments)
      if (!segment.bytes.empty())
        data.push_back({segment.address, segment.bytes});
  for (const loops::Slot &slot : artifact.program.inputs)
    if (auto value = artifact.defaults.lookup(slot.name); !value.empty())
      data.push_back({slot.offset, value});
  return data;
}

module::Options moduleOptionsOf(const CompileOptions &options) { return {options.relaxedSimd, options.optLevel}; }

} // namespace

llvm::Expected<module::Emitted> emitImage(Artifact &artifact, const CompileOptions &options) {
  loops::Program &program = artifact.program;
  if (auto error = abi::validate(artifact.signature))
    return llvm::createStringError("a fault of the compiler, please report it: the module's signature is wrong: %s",
                                   error->text.c_str());
  const std::vector<module::DataSegment> data = segmentsOf(artifact, !artifact.signature.weights.external);
  module::ModuleInput input{*program.code, data, std::move(artifact.signature), loops::Options().base};
  for (const loops::ExtentSlot &extent : program.extents)
    input.extents[extent.offset] = int32_t(extent.max);
  input.keepNames = options.keepNames;
  if (options.profile)
    input.steps = abi::writeSteps({program.steps, program.arena.byteLength, program.leastArenaBytes});
  return module::emitModule(input, moduleOptionsOf(options));
}

static llvm::Expected<uint64_t> writeModule(Artifact &artifact, const std::string &path,
                                            const CompileOptions &options) {
  const bool hasWeightsFile = options.externalWeights && artifact.program.weights.byteLength;
  const WeightsFile weights(artifact.program);
  const std::string weightsPath = WeightsFile::pathOf(path);
  if (hasWeightsFile) {
    // Hosts look for it beside the module by this name, on any system.
    const std::string name = llvm::sys::path::filename(weightsPath).str();
    if (!abi::isPlainFileName(name))
      return llvm::createStringError("%s: the weights beside a module need a name without ':' and '\\', unlike '%s'",
                                     path.c_str(), name.c_str());
    weights.describe(artifact.signature, name, weights.sha256());
  }
  auto emitted = emitImage(artifact, options);
  if (!emitted)
    return emitted.takeError();

  OutputFile file(path);
  if (llvm::Error error = file.open())
    return std::move(error);
  emitted->write(file.out());
  if (!hasWeightsFile) {
    if (llvm::Error error = file.commit())
      return std::move(error);
    return emitted->codeByteLength();
  }
  // An old module keeps its old weights until both new files are complete.
  OutputFile weightsFile(weightsPath);
  if (llvm::Error error = weightsFile.open())
    return std::move(error);
  weights.write(weightsFile.out());
  if (llvm::Error error = OutputFile::commit({&weightsFile, &file}))
    return std::move(error);
  return emitted->codeByteLength();
}

llvm::Expected<uint64_t> writeArtifact(Artifact artifact, const std::string &path, const CompileOptions &options) {
  if (options.emit == Emit::Wasm)
    return writeModule(artifact, path, options);
  if (llvm::Error error = writeUnlinked(artifact, path, options.emit, moduleOptionsOf(options)))
    return std::move(error);
  return 0;
}

} // namespace wasmind
