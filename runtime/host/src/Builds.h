//===- Builds.h - the build of a model that this engine runs ------------------------------------------------------===//
#pragma once
#include "abi/BuildIndex.h"
#include "runtime/host/src/Engine.h"
#include "runtime/host/src/File.h"
#include <string>
#include <vector>

namespace wasmind::host {

struct ChosenBuild {
  abi::Build build;
  std::vector<std::string> notes; ///< why better ones were passed over, and which one this is
};

/// The first build of an index, which `path` means, whose features the engine has. Throws `Io`, also for a folder
/// without an index, `InvalidModule`, or `Unsupported` where it has those of none.
ChosenBuild chooseBuild(const std::string &path, const std::string &indexPath, const Engine &engine);

/// The bytes of the build's module at `path`. Throws `Io`, `Limit`, or `InvalidModule` when it is another file than the
/// index says.
Bytes readBuild(const abi::Build &build, const std::string &path, uint64_t maxByteLength);

} // namespace wasmind::host
