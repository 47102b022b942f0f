#include "compiler/BuildFolder.h"
#include "compiler/WeightsFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

namespace wasmind {
namespace {

/// Enough of a checksum that other content has another name.
std::string shortened(const std::string &sha256) { return sha256.substr(0, 16); }

std::string sha256Of(llvm::ArrayRef<char> bytes) {
  const llvm::ArrayRef<uint8_t> whole(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
  return llvm::toHex(llvm::SHA256::hash(whole), /*LowerCase=*/true);
}

/// The files of an index, each once.
std::vector<abi::IndexedFile> filesOf(const abi::BuildIndex &index) {
  std::vector<abi::IndexedFile> files;
  for (const abi::Build &build : index.builds) {
    files.push_back(build.module);
    if (build.weights && !llvm::is_contained(files, *build.weights))
      files.push_back(*build.weights);
  }
  return files;
}

/// Empty where there is none that can be read.
abi::BuildIndex readIndex(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return {};
  auto index = abi::parseBuildIndex((*buffer)->getBuffer());
  return index ? std::move(*index) : abi::BuildIndex();
}

} // namespace

std::string nameOf(Variant variant) {
  return std::string(abi::nameOf(variant == Variant::RelaxedSimd ? abi::Feature::RelaxedSimd : abi::Feature::Simd128));
}

std::string BuildFolder::pathOf(const std::string &name) const {
  llvm::SmallString<128> file(path);
  llvm::sys::path::append(file, name);
  return file.str().str();
}

std::string BuildFolder::indexPathOf(const std::string &path) {
  return BuildFolder(path).pathOf(std::string(abi::indexFileName));
}

llvm::Error BuildFolder::write(const std::string &name, llvm::function_ref<void(llvm::raw_ostream &)> print) {
  OutputFile &file = *files.emplace_back(std::make_unique<OutputFile>(pathOf(name)));
  if (llvm::Error error = file.open())
    return error;
  print(file.out());
  return llvm::Error::success();
}

llvm::Error BuildFolder::add(Variant variant, Artifact artifact, const CompileOptions &options) {
  if (files.empty())
    if (llvm::Error error = folder.open())
      return error;
  abi::Build build;
  BuildResult result;
  result.variant = variant;
  result.weightBytes = artifact.program.weights.byteLength;
  result.memoryBytes = artifact.signature.memory.byteLength();
  if (result.weightBytes != 0) {
    const WeightsFile weights(artifact.program);
    const std::string sha256 = weights.sha256(), name = shortened(sha256) + ".weights";
    weights.describe(artifact.signature, name, sha256);
    build.weights = {name, result.weightBytes, sha256};
    result.weightsPath = pathOf(name);
    const bool isThere = llvm::any_of(index.builds, [&](const auto &each) { return each.weights == build.weights; });
    if (!isThere)
      if (llvm::Error error = write(name, [&](llvm::raw_ostream &out) { weights.write(out); }))
        return error;
  }
  for (abi::Feature feature : artifact.signature.features)
    build.features.emplace_back(abi::nameOf(feature));
  index.compiler = artifact.signature.compiler;
  index.sourceFormat = artifact.signature.sourceFormat;
  index.sourceName = artifact.signature.sourceName;

  auto emitted = emitImage(artifact, options);
  if (!emitted)
    return emitted.takeError();
  const llvm::SmallVector<char, 0> bytes = emitted->bytes(); // without the weights
  build.module.sha256 = sha256Of(bytes);
  build.module.byteLength = bytes.size();
  build.module.name = nameOf(variant) + "." + shortened(build.module.sha256) + ".wasm";
  result.modulePath = pathOf(build.module.name);
  result.codeBytes = emitted->codeByteLength();
  if (llvm::Error error =
          write(build.module.name, [&](llvm::raw_ostream &out) { out.write(bytes.data(), bytes.size()); }))
    return error;
  index.builds.push_back(std::move(build));
  results.push_back(std::move(result));
  return llvm::Error::success();
}

llvm::Error BuildFolder::commit() {
  if (llvm::Error error =
          write(std::string(abi::indexFileName), [&](llvm::raw_ostream &out) { out << abi::writeBuildIndex(index); }))
    return error;
  const abi::BuildIndex previous = readIndex(indexPathOf(path));
  std::vector<OutputFile *> inOrder;
  for (const std::unique_ptr<OutputFile> &file : files)
    inOrder.push_back(file.get());
  if (llvm::Error error = OutputFile::commit(inOrder))
    return error;
  removeFilesOf(previous);
  return llvm::Error::success();
}

void BuildFolder::removeFilesOf(const abi::BuildIndex &previous) const {
  const std::vector<abi::IndexedFile> current = filesOf(index);
  for (const abi::IndexedFile &file : filesOf(previous))
    // Files that this compiler named, whoever wrote the index.
    if (!llvm::is_contained(current, file) && llvm::StringRef(file.name).contains(shortened(file.sha256)))
      llvm::sys::fs::remove(pathOf(file.name));
}

} // namespace wasmind
