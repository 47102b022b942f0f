//===- FolderTest.h - tests in C++ that write files ---------------------------------------------------------------===//
#pragma once
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>

namespace wasmind::test {

/// A test with a folder of its own, which is removed with it.
class FolderTest : public testing::Test {
protected:
  FolderTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "wasmind-test-XXXXXX").string();
    folder = mkdtemp(pattern.data());
  }
  ~FolderTest() override { std::filesystem::remove_all(folder); }

  std::filesystem::path folder;
};

} // namespace wasmind::test
