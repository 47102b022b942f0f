//===- Model.h - a module that was checked and compiled -----------------------------------------------------------===//
#pragma once
#include "abi/WasmSections.h"
#include "runtime/host/src/Engine.h"
#include "runtime/host/src/File.h"
#include "runtime/host/src/Signature.h"
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace wasmind::host {

/// wasmind_load_options with the defaults filled in.
struct LoadOptions {
  uint64_t maxMemoryByteLength = uint64_t(1) << 32;
  uint64_t maxModuleByteLength = uint64_t(1) << 31;
  uint64_t maxCodeByteLength = abi::defaultMaxCodeByteLength;
  std::optional<std::chrono::milliseconds> timeLimit;
  bool usesCache = true;
  std::string cacheFolder;   ///< empty: the environment's
  std::string weightsFolder; ///< empty: the module's, when it came from a file

  /// Throws `InvalidArgument` when the struct's length makes no sense.
  static LoadOptions from(const wasmind_load_options *options);
};

/// Models and operator libraries are modules of one contract; who loads one kind refuses the other by name.
enum class ModuleKind { Model, Library };

/// What instances share. Immutable after loading apart from the memory of when the weights were last verified, so any
/// number of threads may use it.
class Model {
public:
  /// A module, or of models also an index of builds or a folder with one.
  static std::shared_ptr<const Model> loadFile(const std::string &path, LoadOptions options,
                                               ModuleKind kind = ModuleKind::Model);
  static std::shared_ptr<const Model> loadBytes(std::span<const uint8_t> bytes, const LoadOptions &options,
                                                ModuleKind kind = ModuleKind::Model);

  const Signature &signature() const { return *theSignature; }
  const Engine &engine() const { return *theEngine; }
  const wasmtime_module_t *module() const { return compiled.get(); }
  /// How the build was chosen; empty of a module that was loaded itself.
  const std::vector<std::string> &notes() const { return theNotes; }
  const wasmind_model_info &info() const { return theInfo; }
  const std::optional<std::chrono::milliseconds> &timeLimit() const { return limit; }
  /// The most bytes the memory of an instance may have.
  uint64_t memoryLimit() const { return maxMemoryByteLength; }
  /// Name for error texts: the source model's, or what the module is.
  std::string name() const;

  /// Copies external weights to their place (nothing when they are inline). `place` is as long as the signature says.
  ///
  /// Throws `Io`, or `InvalidModule` when the file is not the one the module was compiled with.
  void copyWeights(std::span<uint8_t> place) const;

private:
  Model(std::span<const uint8_t> bytes, const LoadOptions &options, ModuleKind kind);
  /// `given` means the index.
  static std::shared_ptr<const Model> loadIndexed(const std::string &given, const std::string &indexPath,
                                                  LoadOptions options);

  /// Fills in signature and info; returns the sections, which are views of `bytes`.
  std::vector<abi::WasmSection> readSignature(std::span<const uint8_t> bytes, const LoadOptions &options,
                                              ModuleKind kind);
  void openWeights(const std::string &folder);
  /// Hash of what lies in the file now.
  std::string hashWeights() const;

  std::unique_ptr<Signature> theSignature;
  const Engine *theEngine = nullptr;
  ModuleHandle compiled;
  wasmind_model_info theInfo = {};
  std::vector<std::string> theNotes;
  std::optional<std::chrono::milliseconds> limit;
  uint64_t maxMemoryByteLength;

  std::optional<File> weightsFile;
  mutable std::mutex weightsMutex;
  mutable File::Stamp verified; ///< of the file when its hash was last seen to be right
};

} // namespace wasmind::host
