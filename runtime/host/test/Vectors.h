//===- Vectors.h - the golden modules for the tests of this folder ------------------------------------------------===//
#pragma once
#include "wasmind.hpp"
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace wasmind::test {

inline std::filesystem::path vectorFolder() {
  return std::filesystem::path(std::getenv("WASMIND_BUILD")) / "abi/vectors";
}

inline std::vector<uint8_t> readVector(const std::string &file) {
  std::ifstream stream(vectorFolder() / file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Options without a cache, so that tests do not depend on each other.
inline LoadOptions uncached() {
  LoadOptions options;
  options.disableCache = true;
  options.weightsFolder = vectorFolder().string();
  return options;
}

/// A loaded vector; a failure of the test when it does not load.
inline Model loadVector(const std::string &file, const LoadOptions &options = uncached()) {
  Result<Model> model = Model::load((vectorFolder() / file).string(), options);
  if (!model) {
    ADD_FAILURE() << file << ": " << model.error().text << " (is the target wasmind_vectors built?)";
    std::abort();
  }
  return *model;
}

inline Instance instantiate(const Model &model) {
  Result<Instance> instance = Instance::create(model);
  if (!instance) {
    ADD_FAILURE() << instance.error().text;
    std::abort();
  }
  return std::move(*instance);
}

/// An instance whose inputs hold what its memory does: for tests of what is no matter of the inputs.
inline Instance instantiateFilled(const Model &model) {
  Instance instance = instantiate(model);
  for (size_t index = 0; index < model.signature().functions[0].inputs.size(); ++index)
    EXPECT_TRUE(instance.input(index));
  return instance;
}

/// A folder of this test, removed with the object.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "wasmind-test-XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder &) = delete;
  std::filesystem::path path;
};

} // namespace wasmind::test
