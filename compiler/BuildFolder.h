//===- BuildFolder.h - several builds of one model with weights that they share -----------------------------------===//
#pragma once
#include "abi/BuildIndex.h"
#include "compiler/Artifact.h"
#include "compiler/OutputFile.h"

namespace wasmind {

/// The folder of a compilation for several variants: modules, weights files and the index, which all appear together
/// (abi/spec.md, "Several builds"). Modules and weights are named after their content, so that an index and its files
/// fit together whoever replaces, copies or caches them meanwhile; weights of equal bytes are one file.
class BuildFolder {
public:
  explicit BuildFolder(const std::string &path) : path(path), folder(path) {}

  /// Of the index in a folder.
  static std::string indexPathOf(const std::string &path);

  /// Emits the build of a variant, the best of those that come; its files have temporary names until `commit`. The
  /// artifact's program is not needed afterwards. Error: of the module stage, or what cannot be written.
  llvm::Error add(Variant variant, Artifact artifact, const CompileOptions &options);

  /// Lets the files take their names, the index last, and removes those that only the index before named.
  llvm::Error commit();

  std::vector<BuildResult> takeResults() { return std::move(results); }

private:
  std::string path;
  OutputFolder folder;
  std::vector<std::unique_ptr<OutputFile>> files;
  abi::BuildIndex index;
  std::vector<BuildResult> results;

  std::string pathOf(const std::string &name) const;
  llvm::Error write(const std::string &name, llvm::function_ref<void(llvm::raw_ostream &)> print);
  void removeFilesOf(const abi::BuildIndex &previous) const;
};

} // namespace wasmind
