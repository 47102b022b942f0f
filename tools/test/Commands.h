// What tests of the tool from outside share: a folder of files, and the tool run in it.
#pragma once
#include "test/FolderTest.h"
#include "tools/Npz.h"
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/wait.h>

namespace wasmind::tools {

struct Outcome {
  int exitCode;
  std::string output, errors;
};

class Commands : public test::FolderTest {
protected:
  Commands() {
    Array four{DType::F32, {4}, std::vector<uint8_t>(16)}, sum = four;
    const float values[] = {1, 2, 3, 4}, sums[] = {2, 4, 6, 8};
    std::memcpy(four.bytes.data(), values, 16);
    std::memcpy(sum.bytes.data(), sums, 16);
    writeNpz(file("case.npz"), {{"in:a", four}, {"in:b", four}, {"out:sum", sum}});
    writeNpz(file("other.npz"), {{"a", four}, {"b", four}, {"sum", four}});
    writeNpz(file("missing.npz"), {{"in:a", four}, {"out:sum", sum}});
    writeNpz(file("extra.npz"), {{"in:a", four}, {"in:b", four}, {"in:c", four}});
    writeNpz(file("twice.npz"), {{"a", four}, {"in:a", sum}, {"b", four}, {"sum", sum}});
    std::ofstream(file("a.npy"), std::ios::binary)
        .write(reinterpret_cast<const char *>(formatNpy(four).data()), std::streamsize(formatNpy(four).size()));
  }

  std::string file(const std::string &name) const { return (folder / name).string(); }

  /// Runs the tool; `@name` in the arguments is a file of the test's folder, `%name` a golden module.
  Outcome run(std::string arguments) const {
    const std::string vectors = std::string(std::getenv("WASMIND_BUILD")) + "/abi/vectors/";
    for (size_t at; (at = arguments.find_first_of("@%")) != std::string::npos;)
      arguments.replace(at, 1, arguments[at] == '@' ? folder.string() + "/" : vectors);
    const std::string errorFile = file("stderr");
    const std::string command = "WASMIND_CACHE=" + file("cache") + " " WASMIND_TOOL " " + arguments + " 2>" + errorFile;
    FILE *pipe = popen(command.c_str(), "r");
    Outcome outcome{-1, "", ""};
    std::array<char, 4096> piece;
    for (size_t count; (count = fread(piece.data(), 1, piece.size(), pipe)) != 0;)
      outcome.output.append(piece.data(), count);
    int status = pclose(pipe);
    outcome.exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    std::ifstream stream(errorFile);
    outcome.errors.assign(std::istreambuf_iterator<char>(stream), {});
    return outcome;
  }

  void expectError(const std::string &arguments, int exitCode, const std::string &text) const {
    SCOPED_TRACE(arguments);
    Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.exitCode, exitCode);
    EXPECT_EQ(outcome.output, "");
    EXPECT_EQ(outcome.errors.rfind("wasmind: error: ", 0), 0u) << outcome.errors;
    EXPECT_EQ(outcome.errors.find('\n'), outcome.errors.size() - 1) << "one line: " << outcome.errors;
    EXPECT_NE(outcome.errors.find(text), std::string::npos) << outcome.errors;
  }
};

} // namespace wasmind::tools
