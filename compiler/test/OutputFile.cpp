// Files appear whole or not at all: when the second of a pair cannot be written, and when the time of the process is
// up.
#include "compiler/OutputFile.h"
#include "compiler/TimeLimit.h"
#include "test/FolderTest.h"
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/resource.h>

using namespace wasmind;
namespace fs = std::filesystem;

namespace {

class OutputFiles : public test::FolderTest {
protected:
  std::string contents(const char *name) const {
    std::ifstream stream(folder / name);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
};

/// Writes as if the disk had room for files of so many bytes only.
class Room {
public:
  explicit Room(rlim_t byteLength) : handler(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit limited{byteLength, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~Room() {
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
  }

private:
  rlimit before;
  void (*handler)(int);
};

} // namespace

TEST_F(OutputFiles, twoAreWrittenOrNone) {
  for (const auto &[first, second] : {std::pair(10, 5000), std::pair(5000, 10), std::pair(10, 10)}) {
    std::ofstream(folder / "first") << "old";
    std::ofstream(folder / "second") << "old";
    bool isWritten;
    {
      OutputFile files[] = {OutputFile((folder / "first").string()), OutputFile((folder / "second").string())};
      for (auto [file, byteLength] : {std::pair(&files[0], first), std::pair(&files[1], second)}) {
        ASSERT_FALSE(bool(file->open()));
        file->out() << std::string(size_t(byteLength), 'n');
      }
      Room room(1000);
      llvm::Error error = OutputFile::commit({&files[0], &files[1]});
      isWritten = !error;
      llvm::consumeError(std::move(error));
    }
    EXPECT_EQ(isWritten, first + second < 1000);
    EXPECT_EQ(contents("first"), isWritten ? std::string(size_t(first), 'n') : "old");
    EXPECT_EQ(contents("second"), isWritten ? std::string(size_t(second), 'n') : "old");
    EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 2);
  }
}

TEST_F(OutputFiles, foldersGoWhenNothingCameIntoThem) {
  const fs::path made = folder / "made";
  {
    OutputFolder output(made.string());
    ASSERT_FALSE(bool(output.open()));
    EXPECT_TRUE(fs::is_directory(made));
  }
  EXPECT_FALSE(fs::exists(made));
  {
    OutputFolder output(made.string());
    ASSERT_FALSE(bool(output.open()));
    std::ofstream(made / "file") << "x";
  }
  EXPECT_TRUE(fs::exists(made / "file"));
  fs::remove(made / "file");
  {
    OutputFolder output(made.string()); // was there before
    ASSERT_FALSE(bool(output.open()));
  }
  EXPECT_TRUE(fs::is_directory(made));
  OutputFolder nowhere((folder / "no/where").string());
  EXPECT_EQ(llvm::toString(nowhere.open()),
            (folder / "no/where").string() + ": cannot make the folder: No such file or directory");
}

// Whole compilations are seldom in the middle of a file when their time is up.
TEST_F(OutputFiles, noneIsLeftWhenTheTimeIsUp) {
  auto work = [&](const std::string &inner) {
    OutputFile file((folder / "out.wasm").string());
    if (llvm::Error error = file.open())
      std::exit(2);
    file.out() << "half of it";
    file.out().flush();
    TimeLimit limit(0.05, "it is late", 3, inner);
    std::this_thread::sleep_for(std::chrono::seconds(10));
  };
  EXPECT_EXIT(work(""), testing::ExitedWithCode(3), "^it is late\n$");
  EXPECT_TRUE(fs::is_empty(folder));
  auto workInFolder = [&] {
    OutputFolder made((folder / "made").string());
    if (llvm::Error error = made.open())
      std::exit(2);
    OutputFile first((folder / "made/a").string()), second((folder / "made/b").string());
    for (OutputFile *file : {&first, &second})
      if (llvm::Error error = file->open())
        std::exit(2);
    TimeLimit limit(0.05, "it is late", 3, "");
    std::this_thread::sleep_for(std::chrono::seconds(10));
  };
  EXPECT_EXIT(workInFolder(), testing::ExitedWithCode(3), "^it is late\n$");
  EXPECT_TRUE(fs::is_empty(folder));
  fs::create_directories(folder / "of the process/deep");
  EXPECT_EXIT(work((folder / "of the process").string()), testing::ExitedWithCode(3), "^it is late\n$");
  EXPECT_TRUE(fs::is_empty(folder));
}
