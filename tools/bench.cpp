//===- bench.cpp - `wasmind bench`: one model on several engines, side by side ------------------------------------===//
//
// A source model is compiled once. Engines run in processes of their own, so that none warms the caches of the next
// one's start. A peer and our module on Node run in one process in turn (bench/compare.mjs): the ratio of the two is
// what a measurement is for.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "abi/BuildIndex.h"
#include "abi/Line.h"
#include "tools/Commands.h"
#include "tools/Json.h"
#include "tools/Measurement.h"
#include "tools/Process.h"
#include "tools/Profile.h"
#include "tools/SourceModel.h"
#include <cstdio>
#include <memory>

namespace wasmind::tools {
namespace {

namespace fs = std::filesystem;

struct BenchOptions {
  std::string model, inputs, page;
  SourceOptions source{.features = "relaxed-simd"};
  std::vector<std::string> engines{"wasmtime", "node"}, peers;
  std::vector<unsigned> threads{1};
  unsigned repeat = 20;
  bool printsJson = false;
};

/// One line of JSON from a program, as `wasmind run --json` prints it.
Json measure(const std::string &program, const std::vector<std::string> &arguments) {
  Json report = parseJson(captureProgram(program, arguments));
  if (!report.is_object() || !report.contains("medianMs"))
    throw Refusal(program + " printed no measurement");
  return report;
}

Json measureEngine(const BenchOptions &options, const std::string &module, const std::string &engine) {
  return measure(executable().string(), {"run", module, "--engine=" + engine,
                                         options.inputs.empty() ? "--random" : "--inputs=" + options.inputs, "--json",
                                         "--repeat=" + std::to_string(options.repeat)});
}

/// bench/compare.mjs MODEL MODULE [CASE.npz] --peer NAME: both sides, their ratio and the machine's FMA limit.
Json compareWith(const BenchOptions &options, const std::string &peer, const std::string &module) {
  fs::path script = treeFile("WASMIND_BENCH", "bench", "compare.mjs");
  std::vector<std::string> arguments{script.string(), options.model, module};
  if (!options.inputs.empty())
    arguments.push_back(options.inputs);
  arguments.insert(arguments.end(), {"--peer", peer, "--runs", std::to_string(options.repeat), "--json"});
  Json report = parseJson(captureProgram(nodeProgram(), arguments));
  if (!report.is_object() || !report.contains("ours") || !report.contains("theirs"))
    throw Refusal(script.string() + " printed no measurement");
  return report;
}

double numberOf(const Json &report, const char *key) {
  auto found = report.find(key);
  return found != report.end() && found->is_number() ? found->get<double>() : 0;
}

void printText(const Json &rows) {
  std::printf("%-18s %10s %10s %10s %10s %10s %12s %12s %12s\n", "engine", "load ms", "first ms", "median ms", "min ms",
              "p95 ms", "memory", "code", "weights");
  for (const Json &row : rows)
    std::printf("%-18s %10.2f %10.2f %10.3f %10.3f %10.3f %12.0f %12.0f %12.0f\n",
                row["engine"].get_ref<const std::string &>().c_str(), numberOf(row, "loadMs"), numberOf(row, "firstMs"),
                numberOf(row, "medianMs"), numberOf(row, "minMs"), numberOf(row, "p95Ms"), numberOf(row, "memoryBytes"),
                numberOf(row, "codeBytes"), numberOf(row, "weightBytes"));
}

void checkEngines(const BenchOptions &options) {
  for (unsigned threads : options.threads)
    if (threads != 1)
      throw Refusal("--threads " + std::to_string(threads) + ": threaded modules are not supported");
  for (const std::string &engine : options.engines)
    if (engine != "wasmtime" && engine != "node")
      throw UsageError("--engine: '" + engine + "' is neither wasmtime nor node");
}

void bench(const BenchOptions &options) {
  checkEngines(options);
  const bool isModule = fs::path(options.model).extension() == ".wasm" || abi::indexPathOf(options.model);
  if (isModule && !options.peers.empty())
    throw UsageError("--peer needs the source model, not the module " + options.model);
  if (isModule && !options.source.state.empty())
    throw UsageError("--state is of a source model; the module " + options.model + " has its state already");
  if (!options.source.state.empty() && !options.peers.empty())
    throw UsageError("--state and --peer exclude each other: a peer runs the source model, whose state is inputs");

  TemporaryFolder folder;
  std::string module = options.model;
  double compileMs = isModule ? 0 : timeOf([&] { module = compileModel(options.model, options.source, folder); });
  Json rows = Json::array(), comparisons = Json::array();
  auto add = [&](const std::string &engine, const Json &report) {
    Json row{{"engine", engine}, {"threads", 1}};
    row.update(report);
    rows.push_back(std::move(row));
  };
  for (const std::string &engine : options.engines)
    if (engine != "node" || options.peers.empty())
      add(engine, measureEngine(options, module, engine));
  for (const std::string &peer : options.peers) {
    Json comparison = compareWith(options, peer, module);
    add("node", comparison["ours"]);
    add(peer, comparison["theirs"]);
    comparisons.push_back(std::move(comparison));
  }

  if (options.printsJson) {
    Json report{{"model", options.model}};
    if (!isModule)
      report["compileMs"] = compileMs;
    report["runs"] = std::move(rows);
    if (!comparisons.empty())
      report["comparisons"] = std::move(comparisons);
    std::printf("%s\n", jsonText(report).c_str());
    return;
  }
  if (!isModule)
    std::printf("compiled in %.0f ms\n", compileMs);
  printText(rows);
  for (const Json &row : rows)
    if (row.contains("notes"))
      for (const Json &note : row["notes"])
        std::fprintf(stderr, "wasmind: note: %s: %s\n", row["engine"].get_ref<const std::string &>().c_str(),
                     abi::toLine(note.get_ref<const std::string &>()).c_str());
  for (const Json &comparison : comparisons) {
    std::printf("node is %.2f times as fast as %s (medians, in turn in one process)",
                numberOf(comparison["ratio"], "median"), comparison["peer"].get_ref<const std::string &>().c_str());
    if (comparison.contains("shareOfFma"))
      std::printf("; %.0f %% of this machine's 128-bit FMA limit of %.1f GFLOP/s",
                  100 * numberOf(comparison, "shareOfFma"), numberOf(comparison, "fmaGflops"));
    std::printf("\n");
  }
}

#ifdef WASMIND_HAS_OPERATORS
/// `bench --profile MODEL` and `bench MODEL --profile=FILE.html`.
void profileModel(BenchOptions options) {
  if (options.model.empty() && !options.page.ends_with(".html"))
    options.model = std::exchange(options.page, "");
  if (options.model.empty())
    throw UsageError("bench --profile: give a model; see --help");
  if (!options.page.empty() && !options.page.ends_with(".html"))
    throw UsageError("--profile=" + options.page + ": the page's name ends in .html");
  if (!options.peers.empty())
    throw UsageError("--profile and --peer exclude each other: a peer has no steps");
  if (const std::string given = options.source.firstGiven(); !isSourceModel(options.model) && !given.empty())
    throw UsageError(given + " is of a source model, not of the module " + options.model);
  if (abi::indexPathOf(options.model))
    throw UsageError("--profile times the steps of one module or source model, not the builds of " + options.model);
  checkEngines(options);
  profile({options.model, options.inputs, options.page, options.source, options.engines, options.repeat,
           options.printsJson});
}
#endif

} // namespace

void registerBench(Command app, int &exitCode) {
  auto options = std::make_shared<BenchOptions>();
  Command command = app.command("bench", "Measures a model on several engines, side by side");
  command.footer(
      "Examples:\n"
      "  wasmind bench model.onnx --inputs case.npz --engine=wasmtime,node --peer=onnxruntime-web\n"
      "  wasmind bench --profile model.onnx                      (time of each step of a run)\n"
      "  wasmind bench --profile=page.html model.onnx            (the same as a page)\n"
      "With --profile a model is compiled with compile --profile, and each of its steps is timed where it stands in "
      "a run, on its own. The table has the steps that take longest: their share of the run, GFLOP/s, GB/s, and "
      "how near that is to what this machine does at most, measured in the same process (limit%). What only the "
      "first run does (preparing weights) is told apart, and loops and branches are one step each. Rates need the "
      "extents at their bounds: random inputs are, and --dim sets them.");
  command.option("model", options->model, "model.wasm, a folder of builds, or a source model to compile first");
  command.option("--engine", options->engines, "wasmtime,node (both)").delimiter(',');
  command.option("--threads", options->threads, "Threads of one run (1)").delimiter(',');
  command.option("--peer", options->peers, "Other runtimes for the source model: onnxruntime-web, ...").delimiter(',');
  options->source.addTo(command);
  command.option("--inputs", options->inputs, "Arrays named like the inputs (.npz); random ones unless given");
  command.option("--repeat", options->repeat, "Timed runs after the first (20)").range(1, 1000000);
  command.flag("--json", options->printsJson, "Prints JSON");
  registerBenchMindSpore(command, exitCode);
#ifdef WASMIND_HAS_OPERATORS
  Option profiles =
      command
          .option("--profile", options->page,
                  "Time of each step of a run on each engine, with the model's nodes and the machine's limits; with "
                  "=FILE.html also as a page")
          .optionalValue("[FILE.html]");
  registerBenchOperators(command, exitCode);
  command.callback([options, command, profiles] {
    if (command.hasCommand())
      return;
    if (profiles.isGiven())
      return profileModel(*options);
#else
  command.callback([options, command] {
    if (command.hasCommand())
      return;
#endif
    if (options->model.empty())
      throw UsageError("bench: give a model, operators, or mindspore; see --help");
    bench(*options);
  });
}

} // namespace wasmind::tools
