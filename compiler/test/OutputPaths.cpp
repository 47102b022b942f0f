// Where results may be written. What the commands make of it: test/conformance/test_outputs.py.
#include "compiler/OutputPaths.h"
#include "test/FolderTest.h"
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <vector>

using namespace wasmind;
namespace fs = std::filesystem;

namespace {

class OutputPaths : public test::FolderTest {
protected:
  OutputPaths() {
    std::ofstream(folder / "input") << "input";
    fs::create_symlink("input", folder / "symbolic");
    fs::create_hard_link(folder / "input", folder / "hard");
    fs::create_directory_symlink(".", folder / "here");
    fs::create_symlink("here/new", folder / "dangling");
    fs::create_symlink("circle", folder / "circle");
  }

  std::string refuse(std::vector<std::string> inputs, std::vector<std::string> outputs) const {
    for (auto *names : {&inputs, &outputs})
      for (std::string &name : *names)
        if (!name.empty() && name != "-")
          name = (folder / name).string();
    return refuseOutputs(inputs, outputs);
  }
};

} // namespace

TEST_F(OutputPaths, AnInputIsKnownByWhateverPath) {
  for (const char *output : {"input", "./input", "here/input", "here/here/input", "symbolic", "hard", "here/hard"}) {
    EXPECT_NE(refuse({"input"}, {output}).find("which it would overwrite"), std::string::npos) << output;
    EXPECT_NE(refuse({output}, {"input"}).find("which it would overwrite"), std::string::npos) << output;
  }
  EXPECT_EQ(refuse({"input"}, {"other", "here/another", "", "-", "-"}), "");
}

TEST_F(OutputPaths, FilesThatAreNotThereYetAreKnownByFolderAndName) {
  for (const char *output : {"new", "./new", "here/new", "absent/../new", "absent/../here/new", "dangling"})
    EXPECT_NE(refuse({}, {"new", output}).find("a file of its own"), std::string::npos) << output;
  EXPECT_NE(refuse({}, {"absent/new", "here/absent/./new"}).find("a file of its own"), std::string::npos);
  EXPECT_EQ(refuse({}, {"new", "absent/new", "New", "here/new.2"}), "");
}

TEST_F(OutputPaths, OnlyRegularFilesAreWrittenOver) {
  EXPECT_NE(refuse({}, {"."}).find("a folder"), std::string::npos);
  EXPECT_NE(refuseOutputs({}, std::vector<std::string>{"/dev/null"}).find("no regular file"), std::string::npos);
  EXPECT_NE(refuse({"absent"}, {"circle"}).find("a link to itself"), std::string::npos);
}
