// The tool from outside: exit codes, the one line on standard error, and no files left behind.
#include "tools/Npz.h"
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

using namespace wasmind;
using namespace wasmind::tools;
namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

struct Outcome {
  int exitCode;
  std::string output, errors;
};

class Commands : public testing::Test {
protected:
  Commands() {
    std::string pattern = (fs::temp_directory_path() / "wasmind-test-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    Array four{DType::F32, {4}, std::vector<uint8_t>(16)}, sum = four;
    const float values[] = {1, 2, 3, 4}, sums[] = {2, 4, 6, 8};
    std::memcpy(four.bytes.data(), values, 16);
    std::memcpy(sum.bytes.data(), sums, 16);
    writeNpz(file("case.npz"), {{"in:a", four}, {"in:b", four}, {"out:sum", sum}});
    writeNpz(file("other.npz"), {{"a", four}, {"b", four}, {"sum", four}});
    writeNpz(file("missing.npz"), {{"in:a", four}, {"out:sum", sum}});
    writeNpz(file("extra.npz"), {{"in:a", four}, {"in:b", four}, {"in:c", four}});
    std::ofstream(file("a.npy"), std::ios::binary)
        .write(reinterpret_cast<const char *>(formatNpy(four).data()), std::streamsize(formatNpy(four).size()));
  }
  ~Commands() override { fs::remove_all(folder); }

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

  fs::path folder;
};

} // namespace

TEST_F(Commands, runsACase) {
  Outcome outcome = run("run %add.wasm --inputs @case.npz --outputs @out.npz --repeat 3 --json");
  ASSERT_EQ(outcome.exitCode, 0) << outcome.errors;
  Json report = Json::parse(outcome.output, nullptr, false);
  for (const char *key : {"loadMs", "firstMs", "medianMs", "minMs", "p95Ms"})
    EXPECT_TRUE(report[key].is_number()) << key;
  EXPECT_EQ(report["memoryBytes"], 196608);
  EXPECT_EQ(report["weightBytes"], 16);
  ArrayMap outputs = readNpz(file("out.npz"));
  ASSERT_EQ(outputs.count("sum"), 1u);
  float values[4];
  std::memcpy(values, outputs["sum"].bytes.data(), 16);
  EXPECT_EQ(values[3], 8);
}

TEST_F(Commands, runsSingleFiles) {
  EXPECT_EQ(run("run %add.wasm --input a=@a.npy --input 1=@a.npy").exitCode, 0);
  expectError("run %add.wasm --input a=@a.npy", 1, "--input: input 'b' is missing");
  expectError("run %add.wasm --input c=@a.npy", 1, "--input: the model has no input 'c'");
  expectError("run %add.wasm --input 2=@a.npy", 1, "--input: the model has no input '2'");
  expectError("run %add.wasm --input a=@a.npy --input 0=@a.npy", 2, "input 'a' is given twice");
  expectError("run %add.wasm --input @a.npy", 2, "is not NAME_OR_INDEX=X.npy");
  expectError("run %add.wasm --input a=@case.npz --input b=@a.npy", 1, "case.npz: not a .npy file");
}

TEST_F(Commands, verifies) {
  EXPECT_EQ(run("run %add.wasm --verify @case.npz").exitCode, 0);
  Outcome differs = run("run %add.wasm --verify @other.npz --json");
  EXPECT_EQ(differs.exitCode, 3);
  Json report = Json::parse(differs.output, nullptr, false);
  EXPECT_EQ(report["verify"][0]["relative"], 1);
  EXPECT_EQ(run("run %add.wasm --verify @other.npz --tolerance 1").exitCode, 0);
  Outcome text = run("run %add.wasm --verify @other.npz");
  EXPECT_NE(text.output.find("sum: largest difference 4 of 4, relative 1: over the tolerance"), std::string::npos);
  expectError("run %add.wasm --inputs @case.npz --verify @extra.npz", 1,
              "extra.npz: array 'in:c' is no input or output of the model");
}

TEST_F(Commands, refusesInputsThatDoNotFit) {
  expectError("run %add.wasm --inputs @missing.npz", 1, "missing.npz: no array 'in:b' for input 'b'");
  expectError("run %add.wasm --inputs @extra.npz", 1, "extra.npz: array 'in:c' is no input or output of the model");
  expectError("run %add.wasm --inputs @a.npy", 1, "a.npy: not an .npz file");
  expectError("run %shared_dim.wasm --input a=@a.npy --input b=@none.npy", 1, "none.npy: No such file or directory");
  expectError("run %scalar.wasm --input x=@a.npy", 1,
              "scalar.wasm: input 'x': element type f32 where the model takes i64");
  EXPECT_FALSE(fs::exists(file("out.npz")));
}

TEST_F(Commands, refusesModules) {
  expectError("run @none.wasm --random", 1, "none.wasm: No such file or directory");
  expectError("run %truncated.wasm --random", 1, "truncated.wasm: section");
  expectError("run %offset_wraps.wasm --random", 1, "offset_wraps.wasm: signature: functions[0].outputs[0]");
  expectError("run %wants_imports.wasm --random", 1, "wants_imports.wasm: the module wants imports");
  expectError("run %traps.wasm --random --outputs @out.npz", 1, "traps.wasm: generate.py: wasm trap");
  expectError("run %spins.wasm --random --time-limit 50", 1, "stopped at its time limit of 50 ms");
  expectError("run %reports_error.wasm --random", 1, "node 'div' (Div): division by zero");
  expectError("run %two_entries.wasm --random --entry walk", 1, "no entry 'walk'; the module has 'run', 'double'");
  expectError("run %add.wasm --random --threads 2", 1, "single-threaded");
  EXPECT_FALSE(fs::exists(file("out.npz")));
}

TEST_F(Commands, wrongUsage) {
  expectError("", 2, "A subcommand is required");
  expectError("run", 2, "model is required");
  expectError("run %add.wasm", 2, "give --inputs, --input or --random");
  expectError("run %add.wasm --random --inputs @case.npz", 2, "exclude each other");
  expectError("run %add.wasm --random --engine=foo", 2, "foo");
  expectError("run %add.wasm --random --engine=node --time-limit 5", 2, "are of --engine=wasmtime");
  expectError("run %add.wasm --random --repeat=-1", 2, "--repeat");
  expectError("run %add.wasm --random --seed=x", 2, "--seed");
  expectError("run %add.wasm --random --tolerance=-1", 2, "--tolerance");
  expectError("bench %add.wasm --engine=foo", 2, "foo");
  expectError("bench %add.wasm --peer=onnxruntime-web", 2, "--peer needs the source model");
  expectError("walk", 2, "there is no subcommand 'walk'");
  EXPECT_EQ(run("--help").exitCode, 0);
  EXPECT_EQ(run("run --help").exitCode, 0);
  EXPECT_EQ(run("--version").exitCode, 0);
}

TEST_F(Commands, inspects) {
  Outcome text = run("inspect %keep_positive.wasm");
  EXPECT_EQ(text.exitCode, 0);
  EXPECT_NE(text.output.find("  input   0  x: f32 [n] at 65792, 64 bytes"), std::string::npos) << text.output;
  EXPECT_NE(text.output.find("kept: 0 .. 16, set by the run"), std::string::npos) << text.output;
  Outcome json = run("inspect %external_weights.wasm --json");
  Json report = Json::parse(json.output, nullptr, false);
  EXPECT_EQ(report["abi"], 1);
  EXPECT_EQ(report["weights"]["file"], "external.weights");
  EXPECT_EQ(report["weightBytes"], 16);
  EXPECT_EQ(report["memoryBytes"], 196608);
  expectError("inspect @", 1, "not a regular file");
  expectError("inspect %bad_json.wasm", 1, "bad_json.wasm: signature: not valid JSON");
  expectError("inspect %empty.wasm", 1, "empty.wasm: not a WebAssembly module");
}

TEST_F(Commands, benchesEnginesSideBySide) {
  Outcome outcome = run("bench %add.wasm --engine=wasmtime --repeat 2 --json");
  ASSERT_EQ(outcome.exitCode, 0) << outcome.errors;
  Json report = Json::parse(outcome.output, nullptr, false);
  ASSERT_EQ(report["runs"].size(), 1u);
  EXPECT_EQ(report["runs"][0]["engine"], "wasmtime");
  EXPECT_TRUE(report["runs"][0]["medianMs"].is_number());
  expectError("bench %add.wasm --threads 1,2", 1, "--threads 2");
}
