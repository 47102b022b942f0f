//===- Builds.h - several builds of one model in a folder ---------------------------------------------------------===//
#pragma once
#include "abi/BuildIndex.h"

namespace wasmind::tools {

/// Where the index is of a path that means one (abi::indexPathOf). Throws Refusal when a folder has none.
std::optional<std::string> findBuildIndex(const std::string &path);

/// The index of builds in a file. Throws Refusal that names it.
abi::BuildIndex readBuildIndex(const std::string &path);

/// The files that the model at a path consists of besides what its signature names: of an index of builds, or a folder
/// with one, the index and all that it lists; otherwise the path itself. Throws Refusal.
std::vector<std::string> filesOfModel(const std::string &path);

} // namespace wasmind::tools
