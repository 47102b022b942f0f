//===- run.cpp - `wasmind run`: one model on given inputs ---------------------------------------------------------===//
#include "abi/Line.h"
#include "abi/Signature.h"
#include "compiler/OutputPaths.h"
#include "tools/Builds.h"
#include "tools/CaseInputs.h"
#include "tools/Commands.h"
#include "tools/Json.h"
#include "tools/Measurement.h"
#include "tools/Npz.h"
#include "tools/Process.h"
#include "tools/RandomInputs.h"
#include "tools/ReadFile.h"
#include "tools/Stream.h"
#include "tools/Unwrap.h"
#include "tools/Verify.h"
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

namespace wasmind::tools {
namespace {

struct RunOptions {
  std::string model, engine = "wasmtime", inputs, outputs, verify, entry;
  std::vector<std::string> inputFiles; ///< NAME_OR_INDEX=x.npy
  bool isRandom = false, isStream = false, printsJson = false, usesNoCache = false;
  uint32_t seed = 1;
  unsigned threads = 1, repeat = 0;
  uint64_t timeLimitMs = 0;
  double tolerance = 1e-3;
};

void checkTogether(const RunOptions &options) {
  if (int(!options.inputs.empty()) + int(!options.inputFiles.empty()) + int(options.isRandom) > 1)
    throw UsageError("--inputs, --input and --random exclude each other");
  if (options.isStream && options.isRandom)
    throw UsageError("--stream takes inputs from --inputs, --input or --verify, not from --random");
  if (options.threads != 1)
    throw Refusal("--threads " + std::to_string(options.threads) + ": " + options.model +
                  " is single-threaded; threaded modules are not supported");
  if (options.engine == "node" && (options.timeLimitMs || options.usesNoCache))
    throw UsageError("--time-limit and --no-cache are of --engine=wasmtime");
}

/// The command of the web library and the same command line for it.
std::vector<std::string> nodeArguments(const RunOptions &options) {
  char tolerance[32]; // 17 digits give the same double back
  std::snprintf(tolerance, sizeof tolerance, "--tolerance=%.17g", options.tolerance);
  std::vector<std::string> arguments{treeFile("WASMIND_WEB", "runtime/web", "bin/run.mjs").string(),
                                     "--repeat=" + std::to_string(options.repeat), tolerance};
  auto add = [&](const char *name, const std::string &value) {
    if (!value.empty())
      arguments.push_back(std::string(name) + "=" + value);
  };
  add("--inputs", options.inputs);
  add("--outputs", options.outputs);
  add("--verify", options.verify);
  add("--entry", options.entry);
  for (const std::string &file : options.inputFiles)
    add("--input", file);
  if (options.isRandom)
    arguments.insert(arguments.end(), {"--random", "--seed=" + std::to_string(options.seed)});
  if (options.isStream)
    arguments.push_back("--stream");
  if (options.printsJson)
    arguments.push_back("--json");
  arguments.insert(arguments.end(), {"--", options.model}); // a model's name may start with a dash
  return arguments;
}

/// The file of an assignment NAME_OR_INDEX=X.npy.
std::string fileOf(const std::string &assignment) { return assignment.substr(assignment.rfind('=') + 1); }

/// The files that the command line names for reading; some may be empty.
std::vector<std::string> filesRead(const RunOptions &options) {
  std::vector<std::string> files{options.inputs, options.verify};
  if (!std::filesystem::is_directory(options.model)) // a folder of builds; the runtime says when it is none
    files.push_back(options.model);
  for (const std::string &assignment : options.inputFiles)
    files.push_back(fileOf(assignment));
  return files;
}

/// All that a run reads, the model's external weights among it, against what it writes.
void checkPaths(const RunOptions &options, const Model &model) {
  std::vector<std::string> read = filesRead(options);
  for (const std::string &file : filesOfModel(options.model))
    read.push_back(file);
  if (auto signature = abi::parseSignature(model.signature().json); signature && signature->weights.external)
    read.push_back((std::filesystem::path(options.model).parent_path() / signature->weights.file).string());
  if (std::string refusal = refuseOutputs(read, {&options.outputs, 1}); !refusal.empty())
    throw UsageError(refusal);
}

size_t findEntry(const Model &model, const RunOptions &options) {
  const std::vector<Signature::Function> &functions = model.signature().functions;
  std::string names;
  for (size_t index = 0; index < functions.size(); ++index) {
    if (functions[index].name == (options.entry.empty() ? "run" : options.entry))
      return index;
    names += (index ? ", '" : "'") + functions[index].name + "'";
  }
  if (options.entry.empty())
    return 0;
  throw Refusal(options.model + ": no entry '" + options.entry + "'; the module has " + names);
}

Inputs inputsFromFiles(const std::vector<std::string> &assignments, const Signature::Function &entry) {
  Inputs found(entry.inputs.size());
  for (const std::string &assignment : assignments) {
    size_t cut = assignment.rfind('=');
    if (cut == std::string::npos || cut == 0)
      throw UsageError("--input: '" + assignment + "' is not NAME_OR_INDEX=X.npy");
    const std::string label = assignment.substr(0, cut);
    size_t index = 0;
    while (index < entry.inputs.size() && entry.inputs[index].name != label)
      ++index;
    if (index == entry.inputs.size() && label.size() < 6 && label.find_first_not_of("0123456789") == std::string::npos)
      index = size_t(std::stoul(label));
    if (index >= entry.inputs.size())
      throw Refusal("--input: the model has no input '" + label + "'");
    if (found[index])
      throw UsageError("--input: input '" + entry.inputs[index].name + "' is given twice");
    found[index] = readNpy(fileOf(assignment));
  }
  for (size_t index = 0; index < found.size(); ++index)
    if (!found[index] && !entry.inputs[index].hasDefault)
      throw Refusal("--input: input '" + entry.inputs[index].name + "' is missing");
  return found;
}

Inputs readInputs(const RunOptions &options, const Model &model, const Signature::Function &entry) {
  if (options.isRandom) {
    const abi::Signature contract = *abi::parseSignature(model.signature().json); // loading has parsed it
    std::vector<Array> inputs = randomInputs(withExtents(entry, extentsFor(contract)), options.seed);
    return Inputs(inputs.begin(), inputs.end());
  }
  if (!options.inputFiles.empty())
    return inputsFromFiles(options.inputFiles, entry);
  const std::string &file = options.inputs.empty() ? options.verify : options.inputs;
  if (!file.empty())
    return inputsFromCase(file, entry);
  if (!std::all_of(entry.inputs.begin(), entry.inputs.end(), [](const auto &input) { return input.hasDefault; }))
    throw UsageError("the model has inputs: give --inputs, --input or --random");
  return Inputs(entry.inputs.size());
}

std::vector<Comparison> verify(const RunOptions &options, const Signature::Function &entry,
                               const std::vector<Array> &outputs) {
  ArrayMap expected = readNpz(options.verify);
  refuseUnknown(expected, options.verify, entry);
  std::vector<Comparison> comparisons;
  for (size_t index = 0; index < outputs.size(); ++index) {
    const std::string &name = entry.outputs[index].name;
    Array *array = findArray(expected, "out:", name);
    if (!array)
      throw Refusal(options.verify + ": no array 'out:" + name + "' for output '" + name + "'");
    comparisons.push_back(compare(name, outputs[index], *array, options.tolerance));
  }
  return comparisons;
}

void print(const RunOptions &options, const Measurement &measurement, const Signature::Function &entry,
           const std::vector<Array> &outputs, const std::vector<Comparison> &comparisons,
           const std::vector<std::string> &notes) {
  if (options.printsJson) {
    Json report = measurement.toJson();
    if (!notes.empty())
      report["notes"] = notes;
    if (!options.verify.empty()) {
      Json &list = report["verify"] = Json::array();
      for (const Comparison &comparison : comparisons)
        list.push_back(Json{{"output", comparison.output},
                            {"maxDifference", comparison.maxDifference},
                            {"maxExpected", comparison.maxExpected},
                            {"relative", comparison.relative},
                            {"ok", comparison.isEqual},
                            {"reason", comparison.reason}});
    }
    std::printf("%s\n", jsonText(report).c_str());
    return;
  }
  for (const std::string &note : notes)
    std::fprintf(stderr, "wasmind: note: %s\n", note.c_str());
  for (size_t index = 0; index < outputs.size(); ++index)
    std::printf("%s: %s %s\n", abi::toLine(entry.outputs[index].name).c_str(),
                std::string(nameOf(outputs[index].dtype)).c_str(), describeShape(outputs[index].shape).c_str());
  for (const Comparison &comparison : comparisons)
    std::printf("%s: %s\n", abi::toLine(comparison.output).c_str(), describe(comparison).c_str());
  std::printf("load %.3f ms, first run %.3f ms, median %.3f ms, min %.3f ms, p95 %.3f ms\n", measurement.loadMs,
              measurement.firstMs, measurement.medianMs, measurement.minMs, measurement.p95Ms);
  std::printf("memory %llu bytes, code %llu bytes, weights %llu bytes\n", (unsigned long long)measurement.memoryBytes,
              (unsigned long long)measurement.codeBytes, (unsigned long long)measurement.weightBytes);
}

int run(const RunOptions &options) {
  checkTogether(options);
  std::vector<std::string> files = filesRead(options);
  if (options.engine == "node")
    for (const std::string &file : filesOfModel(options.model))
      files.push_back(file);
  for (const std::string &file : files) {
    refuseSpecialFile(file);
    // Node reads to the end what says that it has no length, and what the kernel makes up may have none.
    std::error_code error;
    if (options.engine == "node" && std::filesystem::file_size(file, error) == 0 && !error)
      throw Refusal("cannot read " + file + ": it is empty");
  }
  if (options.engine == "node")
    return runProgram(nodeProgram(), nodeArguments(options));
  LoadOptions loadOptions;
  loadOptions.timeLimitMs = options.timeLimitMs;
  loadOptions.disableCache = options.usesNoCache;
  Measurement measurement;
  std::optional<Model> model;
  std::optional<Instance> instance;
  measurement.loadMs = timeOf([&] {
    model = unwrap(Model::load(options.model, loadOptions), options.model);
    instance.emplace(unwrap(Instance::create(*model), options.model));
  });
  checkPaths(options, *model);
  measurement.takeSizes(model->info());
  const size_t function = findEntry(*model, options);
  const Signature::Function &entry = model->signature().functions[function];

  std::vector<Array> inputs;
  for (std::optional<Array> &given : readInputs(options, *model, entry)) {
    const size_t index = inputs.size();
    inputs.push_back(given ? std::move(*given)
                           : Array::copyOf(unwrap(instance->input(index, function), options.model)));
  }
  std::vector<Array> outputs;
  std::vector<double> times;
  if (options.isStream) {
    Stream stream(inputs, entry);
    StackedOutputs stacked(entry);
    for (size_t step = 0; step < stream.length(); ++step) {
      std::vector<Tensor> views = stream.inputsOf(step);
      std::vector<Array> cut;
      cutToState(*instance, function, views, cut);
      std::vector<Tensor> computed;
      times.push_back(timeOf([&] { computed = unwrap(instance->run(views, function), options.model); }));
      stacked.add(computed);
    }
    outputs = stacked.take();
    measurement.firstMs = times.front();
    times.erase(times.begin());
  } else {
    std::vector<Tensor> views;
    for (Array &input : inputs)
      views.push_back(input.view());
    measurement.firstMs = timeOf([&] {
      for (const Tensor &output : unwrap(instance->run(views, function), options.model))
        outputs.push_back(Array::copyOf(output));
    });
  }
  // Inputs survive a run, so what is timed from here on is the model alone.
  for (unsigned round = 0; round < options.repeat; ++round)
    times.push_back(timeOf([&] { unwrap(instance->runInPlace(function), options.model); }));
  measurement.summarise(std::move(times));

  std::vector<Comparison> comparisons;
  if (!options.verify.empty())
    comparisons = verify(options, entry, outputs);
  if (!options.outputs.empty()) {
    ArrayMap named;
    for (size_t index = 0; index < outputs.size(); ++index)
      named.emplace(entry.outputs[index].name, outputs[index]);
    writeNpz(options.outputs, named);
  }
  print(options, measurement, entry, outputs, comparisons, model->notes());
  for (const Comparison &comparison : comparisons)
    if (!comparison.isEqual)
      return ResultDiffers;
  return Fine;
}

} // namespace

int verifyCase(const std::string &module, const std::string &caseFile, double tolerance) {
  RunOptions options;
  options.model = module;
  options.inputs = options.verify = caseFile;
  options.tolerance = tolerance;
  return run(options);
}

void registerRun(Command app, int &exitCode) {
  auto options = std::make_shared<RunOptions>();
  Command command = app.command("run", "Runs a compiled model");
  command
      .option("model", options->model,
              "model.wasm; or a folder of builds (or its wasmind.json), of which the best is run that the engine runs")
      .required();
  command.option("--engine", options->engine, "wasmtime (in this process) or node").oneOf({"wasmtime", "node"});
  command.option("--inputs", options->inputs, "Arrays named like the inputs, with or without \"in:\" (.npz)");
  command.option("--input", options->inputFiles, "NAME_OR_INDEX=X.npy; once per input").oneEach();
  command.flag("--random", options->isRandom, "Inputs drawn from --seed, at the upper bounds of the dims");
  command.flag(
      "--stream", options->isStream,
      "Runs once per element of a leading axis that the inputs have before the model's own; inputs without it "
      "are the same in every run, or as much of them as the state's extents ask for; outputs are stacked. State "
      "goes from run to run");
  command.option("--seed", options->seed, "Seed of --random (1)");
  command.option("--outputs", options->outputs, "Writes the outputs (.npz)");
  command.option("--entry", options->entry, "Entry of the module (run)");
  command.option("--threads", options->threads, "Threads of one run (1)").range(1, 1024);
  command.option("--repeat", options->repeat, "Timed runs after the first (0: the first is the only one)")
      .range(0, 1000000000);
  command.option("--time-limit", options->timeLimitMs, "Stops a run after so many milliseconds (0: never)");
  command.flag("--no-cache", options->usesNoCache, "Compiles even when the compiled module is on disk");
  command.option("--verify", options->verify,
                 "Holds the outputs against the arrays \"out:NAME\" (.npz); inputs come from there unless given");
  command.option("--tolerance", options->tolerance, "Largest |difference| over largest |expected| (1e-3)")
      .notNegative();
  command.flag("--json", options->printsJson, "Prints times in milliseconds and sizes in bytes as JSON");
  command.callback([options, &exitCode] { exitCode = run(*options); });
}

} // namespace wasmind::tools
