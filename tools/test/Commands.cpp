// The tool from outside: exit codes, the one line on standard error, and no files left behind.
#include "tools/test/Commands.h"
#include <nlohmann/json.hpp>

using namespace wasmind;
using namespace wasmind::tools;
namespace fs = std::filesystem;
using Json = nlohmann::json;

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
  for (const char *option : {"--inputs @twice.npz", "--inputs @case.npz --verify @twice.npz"})
    expectError(std::string("run %add.wasm ") + option, 1,
                "twice.npz: arrays 'a' and 'in:a' are of one tensor; leave one of them out");
  expectError("run %shared_dim.wasm --input a=@a.npy --input b=@none.npy", 1, "none.npy: No such file or directory");
  expectError("run %scalar.wasm --input x=@a.npy", 1, "scalar.wasm: input 'x': element type f32, the model needs i64");
  EXPECT_FALSE(fs::exists(file("out.npz")));
}

TEST_F(Commands, refusesModules) {
  expectError("run @none.wasm --random", 1, "none.wasm: No such file or directory");
  expectError("run %truncated.wasm --random", 1, "truncated.wasm: section");
  expectError("run %offset_wraps.wasm --random", 1, "offset_wraps.wasm: signature: functions[0].outputs[0]");
  expectError("run %wants_imports.wasm --random", 1, "wants_imports.wasm: the module imports 'env.random'");
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
  for (const char *limit : {"0", "-1", "4097", "17592186044417", "99999999999999999999"})
    expectError(std::string("compile @m.onnx -o @m.wasm --memory-limit=") + limit, 2, "--memory-limit");
  expectError("compile @m.onnx -o @m.wasm --dim n=1 --dim m=2 --dim n=3", 2, "--dim n is given twice");
  expectError("compile @none.onnx -o @m.wasm --dim a..b=2..3", 1, "none.onnx: no such file"); // names hold anything
  for (const char *option :
       {"compile '' -o @m.wasm", "compile @m.onnx -o ''", "compile @m.onnx -o @m.wasm --dim ''", "run ''",
        "run %add.wasm --inputs ''", "run %add.wasm --random --outputs ''", "run %add.wasm --verify ''", "inspect ''",
        "bench ''", "bench operators --ops ''", "operators build -o ''", "operators build --header ''"})
    expectError(option, 2, ": its value is empty");
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
  expectError("inspect @", 1, "it is a folder without wasmind.json");
  expectError("inspect %bad_json.wasm", 1, "bad_json.wasm: signature: not valid JSON");
  expectError("inspect %foreign_empty.wasm", 1, "empty.wasm: not a WebAssembly module: it is empty");
  expectError("run %foreign_onnx.wasm --random", 1,
              "foreign_onnx.wasm: not a WebAssembly module: it is an ONNX model; compile it first");
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
