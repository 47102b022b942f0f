//===- Builds.cpp -------------------------------------------------------------------------------------------------===//
#include "tools/Builds.h"
#include "tools/ReadFile.h"
#include "tools/Refusal.h"
#include "wasmind.h"
#include <filesystem>

namespace wasmind::tools {

std::optional<std::string> findBuildIndex(const std::string &path) {
  std::optional<std::string> index = abi::indexPathOf(path);
  std::error_code error;
  if (index && *index != path && !std::filesystem::exists(*index, error))
    throw Refusal("cannot read " + path +
                  ": it is a folder without " WASMIND_INDEX_FILE
                  ", the index of a model's builds; name a module in it");
  return index;
}

abi::BuildIndex readBuildIndex(const std::string &path) {
  const std::vector<uint8_t> bytes = readFile(path);
  auto index = abi::parseBuildIndex({reinterpret_cast<const char *>(bytes.data()), bytes.size()});
  if (!index)
    throw Refusal(path + ": " + index.error().text);
  return std::move(*index);
}

std::vector<std::string> filesOfModel(const std::string &path) {
  const std::optional<std::string> indexPath = findBuildIndex(path);
  if (!indexPath)
    return {path};
  std::vector<std::string> files{*indexPath};
  const std::filesystem::path folder = std::filesystem::path(*indexPath).parent_path();
  for (const abi::Build &build : readBuildIndex(*indexPath).builds) {
    files.push_back((folder / build.module.name).string());
    if (build.weights)
      files.push_back((folder / build.weights->name).string());
  }
  return files;
}

} // namespace wasmind::tools
