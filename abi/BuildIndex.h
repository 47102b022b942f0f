//===- BuildIndex.h - several builds of one model in a folder -----------------------------------------------------===//
//
// The file `wasmind.json` beside the modules as C++ values (spec.md, "Several builds"). The compiler writes it; hosts
// read it, choose the first build whose features they have, and load that one. No exceptions, no RTTI, no LLVM.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "abi/Result.h"
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasmind::abi {

struct Signature;

/// A file beside the index.
struct IndexedFile {
  std::string name; ///< a plain file name
  uint64_t byteLength = 0;
  std::string sha256; ///< of the whole file, 64 lower-case hexadecimal digits
  bool operator==(const IndexedFile &) const = default;
};

struct Build {
  /// What the engine must offer: as in the module's signature. A name may be one that only later versions know.
  std::vector<std::string> features;
  IndexedFile module;
  std::optional<IndexedFile> weights; ///< the module's external weights
};

struct BuildIndex {
  std::string compiler;                 ///< name and version, "wasmind 0.1.0"
  std::string sourceFormat, sourceName; ///< "onnx", "resnet50.onnx"; empty when unknown
  std::vector<Build> builds;            ///< the best one first
};

/// Of a path that means an index of builds - that of a folder, or of a file *.json -: where the index is, or would be.
std::optional<std::string> indexPathOf(const std::string &path);

/// Reads the text of an index. Never reads outside `json`; any bytes are allowed.
///
/// Ends in one of three ways:
///   1. `Invalid`     - not JSON, a field is missing or of the wrong type, or a rule of spec.md is broken.
///   2. `Unsupported` - another version of the index.
///   3. success: there is a build, and every file has a plain name.
Result<BuildIndex> parseBuildIndex(std::string_view json);

/// As text for people and machines; what is no UTF-8 is replaced.
std::string writeBuildIndex(const BuildIndex &index);

/// Of a build and the signature of the module in its file: how they contradict each other; none when they do not.
std::optional<Error> checkBuild(const Build &build, const Signature &signature);

/// "simd128, relaxed-simd"; "no features".
std::string describeFeatures(const Build &build);

} // namespace wasmind::abi
