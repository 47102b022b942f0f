//===- compile.cpp - `wasmind compile`: a model file becomes a .wasm ----------------------------------------------===//
#include "compiler/Compile.h"
#include "compiler/TimeLimit.h"
#include "tools/Array.h"
#include "tools/Commands.h"
#include "tools/CompileReport.h"
#include "tools/ReadFile.h"
#include "tools/TemporaryFolder.h"
#include "tools/VerifyGraph.h"
#include "tools/Wat.h"
#include "tools/WriteText.h"
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <sstream>
#include <unistd.h>

namespace wasmind::tools {
namespace {

/// "name=3" or "name=1..512".
void parseDim(const std::string &text, CompileOptions &options) {
  const size_t equals = text.find('='), dots = text.find("..", std::min(equals, text.size()));
  try {
    if (equals == std::string::npos || equals == 0)
      throw std::invalid_argument("");
    std::string low = text.substr(equals + 1, dots == std::string::npos ? dots : dots - equals - 1);
    std::string high = dots == std::string::npos ? low : text.substr(dots + 2);
    size_t lowEnd = 0, highEnd = 0;
    CompileOptions::Bounds bounds{std::stoll(low, &lowEnd), std::stoll(high, &highEnd)};
    if (lowEnd != low.size() || highEnd != high.size() || bounds.min < 0 || bounds.max < bounds.min)
      throw std::invalid_argument("");
    if (!options.dims.try_emplace(text.substr(0, equals), bounds).second)
      throw UsageError("--dim " + text.substr(0, equals) + " is given twice");
  } catch (const std::logic_error &) {
    throw UsageError("--dim " + text + ": expected NAME=N or NAME=MIN..MAX, with 0 <= MIN <= MAX");
  }
}

std::vector<std::string> splitAtCommas(const std::string &text) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// What stands before and after the first '='.
std::pair<std::string, std::string> splitOption(const std::string &option, const std::string &text,
                                                const std::string &expected) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw UsageError(option + " " + text + ": expected " + expected);
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// "k=3", "k=1,2,3" or "axes=axes.npy".
void parseConstant(const std::string &text, CompileOptions &options) {
  auto [name, value] = splitOption("--constant", text, "NAME=NUMBER, NAME=NUMBER,NUMBER,... or NAME=FILE.npy");
  InputValue constant;
  if (value.ends_with(".npy")) {
    options.otherInputs.push_back(value);
    Array array = readNpy(value);
    constant.array = TensorData{static_cast<abi::DType>(array.dtype), array.shape, std::move(array.bytes)};
  } else {
    constant.numbers = splitAtCommas(value);
  }
  if (!options.constants.emplace(name, std::move(constant)).second)
    throw UsageError("--constant " + name + " is given twice");
}

/// "x=1,3,height,width"; "x=" is a scalar.
void parseShape(const std::string &text, CompileOptions &options) {
  auto [name, value] = splitOption("--shape", text, "NAME=EXTENT,EXTENT,..., as in x=1,3,height,width");
  const bool isNew =
      options.shapes.emplace(name, value.empty() ? std::vector<std::string>() : splitAtCommas(value)).second;
  if (!isNew)
    throw UsageError("--shape " + name + " is given twice");
}

/// "x=3"; "x=none" is an optional that is empty.
void parseSequence(const std::string &text, CompileOptions &options) {
  auto [name, value] = splitOption("--sequence", text, "NAME=N or NAME=none");
  std::optional<int64_t> length;
  if (value != "none") {
    const auto [end, wrong] = std::from_chars(value.data(), value.data() + value.size(), length.emplace());
    if (wrong != std::errc() || end != value.data() + value.size() || *length < 0)
      throw UsageError("--sequence " + text + ": expected NAME=N or NAME=none");
  }
  if (!options.sequences.emplace(name, length).second)
    throw UsageError("--sequence " + name + " is given twice");
}

/// "h=hn".
void parseState(const std::string &text, CompileOptions &options) {
  auto [input, output] = splitOption("--state", text, "INPUT=OUTPUT");
  if (output.empty())
    throw UsageError("--state " + text + ": expected INPUT=OUTPUT");
  options.state.push_back({input, output});
}

/// "h=first.npy".
void parseStateInit(const std::string &text, CompileOptions &options) {
  auto [input, file] = splitOption("--state-init", text, "INPUT=X.npy");
  Array array = readNpy(file);
  options.otherInputs.push_back(file);
  TensorData value{static_cast<abi::DType>(array.dtype), std::move(array.shape), std::move(array.bytes)};
  if (!options.stateInit.emplace(input, std::move(value)).second)
    throw UsageError("--state-init: '" + input + "' is given twice");
}

void parseFeatures(const std::vector<std::string> &features, CompileOptions &options) {
  for (const std::string &feature : features) {
    if (feature == "relaxed-simd")
      options.relaxedSimd = true;
    else if (feature == "threads")
      throw UsageError("--features threads: this version builds single-threaded modules; leave it out");
    else if (feature != "simd128")
      throw UsageError("--features " + feature + ": expected simd128 or relaxed-simd");
  }
}

Variant parseVariant(const std::string &name) {
  if (name == "simd128")
    return Variant::Simd128;
  if (name == "relaxed-simd")
    return Variant::RelaxedSimd;
  if (name == "threads")
    throw UsageError("--variants threads: this version builds single-threaded modules; leave it out");
  throw UsageError("--variants " + name + ": expected simd128 or relaxed-simd");
}

void parseVariants(const std::vector<std::string> &names, CompileOptions &options) {
  for (const std::string &name : names) {
    const Variant variant = parseVariant(name);
    if (std::find(options.variants.begin(), options.variants.end(), variant) != options.variants.end())
      throw UsageError("--variants: " + name + " is given twice");
    options.variants.push_back(variant);
  }
}

/// Compiles with progress on a terminal, notes and times. Throws Refusal.
CompileResult compileAndTell(const std::string &model, const std::string &output, CompileOptions options, bool isQuiet,
                             bool showsTimes) {
  if (!isQuiet && isatty(2))
    options.progress = [](const std::string &stage) { std::fprintf(stderr, "\r\033[Kwasmind: %s ...", stage.c_str()); };
  CompileResult result = compile(model, output, options);
  if (options.progress)
    std::fprintf(stderr, "\r\033[K");
  if (result.isWrongUsage)
    throw UsageError(result.error);
  if (!result.error.empty())
    throw Refusal(result.error);
  if (!isQuiet)
    for (const std::string &note : result.notes)
      std::fprintf(stderr, "wasmind: note: %s\n", note.c_str());
  if (showsTimes)
    for (const StageTime &time : result.times)
      std::fprintf(stderr, "%-10s %9.1f ms\n", time.name.c_str(), time.milliseconds);
  return result;
}

} // namespace

void registerCompile(Command app, int &exitCode) {
  struct Arguments {
    std::string model, output, weights = "inline", winograd = "on", inputDefaults = "baked", stopAfter = "module",
                               emit = "wasm", verify;
    std::vector<std::string> dims, constants, shapes, sequences, features, variants, state, stateInit;
    bool time = false, quiet = false, json = false, showsStateOutputs = false, keepNames = false, profile = false;
    int optLevel = 2;
    int64_t limitMiB = 1024;
    uint64_t seed = 0;
    double timeLimit = 0, tolerance = 1e-3;
  };
  auto arguments = std::make_shared<Arguments>();
  Command command = app.command("compile", "Compile a model (.onnx, .onnxtxt, .mindir, .info) to a standalone .wasm");
  command.footer(
      "Examples:\n"
      "  wasmind compile resnet50.onnx -o resnet50.wasm --features=relaxed-simd\n"
      "  wasmind compile resnet50.onnx -o resnet50 --variants=simd128,relaxed-simd   (a folder; hosts choose a build)\n"
      "  wasmind compile bert.onnx -o bert.wasm --dim batch=1 --dim sequence=1..512\n"
      "  wasmind compile vad.onnx -o vad.wasm --state h=hn --state c=cn\n"
      "  wasmind compile detector.onnx -o detector.wasm --shape image=1,3,height,width --constant top=100\n"
      "  wasmind compile net.mindir -o - --stop-after=graph          (prints the graph)\n"
      "  wasmind compile net.mindir -o net.wasm --verify             (compares the module with the graph)\n"
      "Exit codes: 0 fine, 1 the model is wrong or unsupported, 2 wrong usage, 3 --verify found a difference.");
  command.option("model", arguments->model, "Model file").required();
  command
      .option("-o,--output", arguments->output,
              "Output file, replaced when the new one is complete; where it is a symbolic link, the file behind it is; "
              "- for text on standard output; with --variants a folder")
      .required();
  command.option("--dim", arguments->dims, "Bounds of a run-time extent: NAME=N or NAME=MIN..MAX (repeatable)");
  command
      .option(
          "--state", arguments->state,
          "INPUT=OUTPUT: an input that is fed from an output of the run before lives in the module; nobody passes or "
          "reads the two, and its named extents grow from run to run up to their bounds (repeatable)")
      .oneEach();
  command
      .option("--state-init", arguments->stateInit,
              "INPUT=X.npy: what a state holds before the first run; zeros without (repeatable)")
      .oneEach();
  command.flag("--state-outputs", arguments->showsStateOutputs, "The outputs that feed a state stay outputs, too");
  command
      .option("--constant", arguments->constants,
              "Value of an input, which becomes a constant: NAME=NUMBER, NAME=NUMBER,NUMBER,... or NAME=FILE.npy "
              "(repeatable)")
      .oneEach();
  command
      .option(
          "--shape", arguments->shapes,
          "Shape of an input: NAME=EXTENT,EXTENT,...; an extent is a number, or a name for one that run time knows; "
          "extents of one name are equal (repeatable)")
      .oneEach();
  command
      .option(
          "--sequence", arguments->sequences,
          "How many tensors an input holds that is a sequence: NAME=N; they become the inputs NAME.0, NAME.1, ... Of "
          "an optional: NAME=none where it is empty, NAME=1 where it holds a tensor, called NAME (repeatable)")
      .oneEach();
  command
      .option(
          "--input-defaults", arguments->inputDefaults,
          "Inputs for which the model has a default value: baked in as constants, or overridable: inputs that a run "
          "need not set")
      .oneOf({"baked", "overridable"})
      .showDefault();
  Option seed = command.option(
      "--seed", arguments->seed,
      "Seed of random numbers, 0 to 2^64 - 1, for nodes that have none of their own and are refused without it");
  Option features =
      command.option("--features", arguments->features, "simd128 (every engine) or relaxed-simd (fused multiply-add)")
          .delimiter(',');
  Option variants =
      command
          .option("--variants", arguments->variants,
                  "Several builds of the model, simd128,relaxed-simd: -o is a folder, made when it is missing, for a "
                  "module each, one file of weights for all whose weights are the same, and the index wasmind.json. "
                  "Hosts load the folder (or the index, by path or URL) and take the best build that the engine runs")
          .delimiter(',');
  command
      .option("--winograd", arguments->winograd,
              "Compute 3x3 convolutions with fewer multiplications where that pays: up to 3x faster; results differ in "
              "the last digits, and the first run takes longer")
      .oneOf({"on", "off"})
      .showDefault();
  Option weights = command.option("--weights", arguments->weights, "Where the weights go")
                       .oneOf({"inline", "external"})
                       .showDefault();
  command.option("--stop-after", arguments->stopAfter, "Write the program as it is after a stage")
      .oneOf({"frontend", "graph", "loops", "module"})
      .showDefault();
  command
      .option(
          "--emit", arguments->emit,
          "What to write after the last stage: the module (wasm), its text (wat; with --weights=external without the "
          "weights), MLIR's LLVM dialect (mlir), LLVM IR (llvm), a wasm object without weights (object), or a "
          "static library of it (archive)")
      .oneOf({"wasm", "wat", "mlir", "llvm", "object", "archive"})
      .showDefault();
  command.flag(
      "--keep-names", arguments->keepNames,
      "Functions of the module keep their names, for profilers and stack traces: some bytes more per function");
  command.flag(
      "--profile", arguments->profile,
      "The module can also run step by step and lists its steps, for inspect and bench --profile; the code of a "
      "whole run stays the same");
  command.option("--memory-limit", arguments->limitMiB, "Largest memory plan without weights, in MiB")
      .range<int64_t>(1, 4096)
      .showDefault();
  Option timeLimit = command
                         .option("--time-limit", arguments->timeLimit,
                                 "Seconds after which compiling ends with an error; nothing is written then")
                         .notNegative();
  Option verify =
      command
          .option("--verify", arguments->verify,
                  "Run the module on wasmtime and compare. With CASE.npz: on its arrays in:NAME against its "
                  "out:NAME. Without: on random inputs against the graph interpreter, which proves that the "
                  "stages after the front end agree with the graph, not that the front end read the model right; "
                  "for small models, the interpreter computes one element at a time")
          .optionalValue("[CASE.npz]");
  command.option("--tolerance", arguments->tolerance, "For --verify: largest |difference| over largest |expected|")
      .notNegative()
      .showDefault();
  command.flag("--time-stages", arguments->time, "Print what each stage took");
  command.flag("--json", arguments->json,
               "Print what was written, its sizes, the notes and the times of the stages as JSON");
  command.flag("-q,--quiet", arguments->quiet, "Print nothing but errors");
  command.option("-O", arguments->optLevel, "-O0 compiles quickly and runs slowly, -O2 is for use")
      .oneOf({"0", "2"})
      .showDefault();
  command.callback([arguments, features, variants, weights, seed, timeLimit, verify, &exitCode] {
    CompileOptions options;
    for (const std::string &dim : arguments->dims)
      parseDim(dim, options);
    for (const std::string &pair : arguments->state)
      parseState(pair, options);
    for (const std::string &initial : arguments->stateInit)
      parseStateInit(initial, options);
    options.showsStateOutputs = arguments->showsStateOutputs;
    for (const std::string &constant : arguments->constants)
      parseConstant(constant, options);
    for (const std::string &shape : arguments->shapes)
      parseShape(shape, options);
    for (const std::string &sequence : arguments->sequences)
      parseSequence(sequence, options);
    if (seed.isGiven())
      options.seed = arguments->seed;
    parseFeatures(arguments->features, options);
    parseVariants(arguments->variants, options);
    options.winograd = arguments->winograd == "on";
    options.externalWeights = arguments->weights == "external";
    options.overridableDefaults = arguments->inputDefaults == "overridable";
    options.keepNames = arguments->keepNames;
    options.profile = arguments->profile;
    options.optLevel = arguments->optLevel;
    options.memoryLimit = uint64_t(arguments->limitMiB) << 20;
    options.stopAfter = arguments->stopAfter == "frontend" ? Stage::Frontend
                        : arguments->stopAfter == "graph"  ? Stage::Graph
                        : arguments->stopAfter == "loops"  ? Stage::Loops
                                                           : Stage::Module;
    options.emit = arguments->emit == "mlir"      ? Emit::Mlir
                   : arguments->emit == "llvm"    ? Emit::Llvm
                   : arguments->emit == "object"  ? Emit::Object
                   : arguments->emit == "archive" ? Emit::Archive
                                                  : Emit::Wasm;
    const bool isLast = options.stopAfter == Stage::Module, isModule = isLast && arguments->emit == "wasm";
    if (!isLast && arguments->emit != "wasm" && arguments->emit != "mlir")
      throw UsageError("--emit=" + arguments->emit + " is made by the last stage: it needs --stop-after=module");
    if (variants.isGiven()) {
      if (features.isGiven())
        throw UsageError("--variants and --features exclude each other: a variant says the features of its build");
      if (weights.isGiven() && arguments->weights != "external")
        throw UsageError("--variants share a file of weights: leave out --weights=" + arguments->weights);
      if (options.profile)
        throw UsageError("--variants and --profile exclude each other: a profile is of one module, with its weights "
                         "inside");
      if (!isModule)
        throw UsageError("--variants are modules: they need --stop-after=module and --emit=wasm");
    }
    if (arguments->json && !isModule)
      throw UsageError("--json tells of modules: it needs --stop-after=module and --emit=wasm");
    if ((isModule || options.emit == Emit::Object || options.emit == Emit::Archive) && arguments->output == "-")
      throw UsageError("-o -: a binary does not go to standard output; name a file");
    if (options.profile && !(isLast && (arguments->emit == "wasm" || arguments->emit == "wat")))
      throw UsageError("--profile is of a module: it needs --stop-after=module and --emit=wasm or wat");
    if (verify.isGiven() && arguments->json)
      throw UsageError("--json and --verify exclude each other: what is compared is told as text");
    if (verify.isGiven() && !isModule)
      throw UsageError("--verify runs a module: it needs --stop-after=module and --emit=wasm");
    const bool isQuiet = arguments->quiet || arguments->json || arguments->output == "-";
    std::optional<TimeLimit> limit;
    auto limitTime = [&](const std::string &folder) {
      std::ostringstream line;
      line << (isQuiet || !isatty(2) ? "" : "\r\033[K") << "wasmind: error: " << arguments->model
           << ": not compiled within the time limit of " << arguments->timeLimit << " s";
      if (timeLimit.isGiven())
        limit.emplace(arguments->timeLimit, line.str(), /*exitCode=*/1, folder);
    };
    if (!arguments->verify.empty())
      options.otherInputs.push_back(arguments->verify);
    if (arguments->emit == "wat") {
      options.otherOutputs.push_back(arguments->output);
      TemporaryFolder folder;
      limitTime(folder.name());
      const std::string module = folder.file("module.wasm");
      compileAndTell(arguments->model, module, options, isQuiet, arguments->time);
      const std::string text = watOf(readFile(module), arguments->model);
      limit.reset();
      writeText(arguments->output, text);
      return;
    }
    limitTime("");
    const CompileResult result = compileAndTell(arguments->model, arguments->output, options, isQuiet, arguments->time);
    limit.reset();
    const std::vector<CompileReport> reports = reportsOf(result, arguments->output);
    if (arguments->json)
      printJson(reports, result);
    else if (!isQuiet && isModule)
      printText(reports);
    // What is verified are the files, not what the compiler has in memory.
    if (verify.isGiven())
      for (const CompileReport &report : reports)
        if (const int code = arguments->verify.empty()
                                 ? verifyGraph(arguments->model, report.path, options, arguments->tolerance)
                                 : verifyCase(report.path, arguments->verify, arguments->tolerance))
          exitCode = code;
  });
}

} // namespace wasmind::tools
