//===- benchOperators.cpp - `wasmind bench operators`: single operators, side by side -----------------------------===//
//
// Operators, and objects of TVM linked beside them, are compiled to one library. Each engine runs all sides of a case
// in turn in one process, with the machine's limit among them: wasmtime in this one (OperatorTimes.h), Node in
// bench/operators.mjs, which adds peers that run there.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/OutputPaths.h"
#include "operators/Library.h"
#include "tools/Commands.h"
#include "tools/Json.h"
#include "tools/Limits.h"
#include "tools/OperatorReport.h"
#include "tools/OperatorTimes.h"
#include "tools/Process.h"
#include "tools/TemporaryFolder.h"
#include "tools/WriteText.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>

namespace wasmind::tools {
namespace {

namespace fs = std::filesystem;

struct OperatorsBenchOptions {
  std::vector<std::string> names, dtypes{"f32"}, engines{"wasmtime", "node"}, objects, peers;
  std::string features = "simd128", markdown;
  CaseSizes sizes;
  double seconds = 0.3;
  bool measuresCalls = false, printsJson = false;
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string listed(const std::vector<std::string> &names) {
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

const Operator *findOperator(const std::string &name) {
  const std::vector<Operator> &all = operators::all();
  auto found =
      std::find_if(all.begin(), all.end(), [&](const Operator &each) { return lower(each.name) == lower(name); });
  return found == all.end() ? nullptr : &*found;
}

/// What is asked for: named operators must have a case in one of the types; of all others those that have one are
/// taken.
std::vector<OperatorCase> choose(const OperatorsBenchOptions &options) {
  const std::vector<std::string> known = caseNames();
  std::vector<OperatorCase> cases;
  for (const std::string &name : options.names.empty() ? known : options.names) {
    const Operator *each = findOperator(name);
    if (!each && options.names.empty())
      continue;
    if (!each || std::find(known.begin(), known.end(), each->name) == known.end())
      throw Refusal("--ops: there is no case for '" + name + "'; there are " + listed(known));
    const size_t before = cases.size();
    for (const std::string &type : options.dtypes) {
      std::optional<abi::DType> dtype = abi::parseDType(type);
      if (!dtype || *dtype == abi::DType::F16 || *dtype == abi::DType::Bool)
        throw UsageError("--dtypes: '" + type + "' is not measured; there are f32, f64, i8, u8, i16, i32, i64");
      if (std::optional<OperatorCase> made = caseOf(each->name, each->variants, *dtype, options.sizes))
        cases.push_back(std::move(*made));
    }
    if (cases.size() == before && !options.names.empty())
      throw Refusal("--ops: " + each->name + " exists in none of the element types of --dtypes");
  }
  if (cases.empty())
    throw Refusal("--dtypes: no operator has a case in them");
  return cases;
}

void check(const OperatorsBenchOptions &options) {
  for (const std::string &engine : options.engines)
    if (engine != "wasmtime" && engine != "node")
      throw UsageError("--engine: '" + engine + "' is neither wasmtime nor node");
  if (!options.peers.empty() &&
      std::find(options.engines.begin(), options.engines.end(), "node") == options.engines.end())
    throw UsageError("--peer: peers run on Node; give --engine=node or none");
  if (options.sizes.conv.size() != 3)
    throw UsageError("--conv: give three extents: rows (and columns), channels, channels of the result");
  for (const std::string &object : options.objects)
    if (!fs::exists(object))
      throw Refusal("--tvm: no file " + object);
  if (std::string refusal = refuseOutputs(options.objects, {&options.markdown, 1}); !refusal.empty())
    throw UsageError(refusal);
}

void link(LibraryOptions library) {
  if (std::string error = buildLibrary(library).error; !error.empty())
    throw Refusal(error);
}

/// The operators of the cases in their element types, Add for the calls, and the linked objects.
std::string buildMeasured(const OperatorsBenchOptions &options, const std::vector<OperatorCase> &cases,
                          const TemporaryFolder &folder) {
  LibraryOptions library;
  std::set<std::pair<std::string, abi::DType>> wanted;
  for (const OperatorCase &each : cases)
    wanted.emplace(each.name, each.dtype);
  if (options.measuresCalls)
    wanted.emplace("Add", abi::DType::F32);
  for (const Operator &each : operators::all()) {
    Operator chosen = each;
    std::erase_if(chosen.variants,
                  [&](const abi::Variant &variant) { return !wanted.count({each.name, variant.inputs[0]}); });
    if (!chosen.variants.empty())
      library.operators.push_back(std::move(chosen));
  }
  for (const std::string &object : options.objects)
    library.links.push_back({object});
  library.relaxedSimd = options.features == "relaxed-simd";
  library.module = folder.file("operators.wasm");
  link(library);
  return library.module;
}

/// bench/operators.mjs PLAN.json: reports what OperatorTimes does.
Json measureOnNode(const OperatorsBenchOptions &options, const std::vector<OperatorCase> &cases,
                   const std::string &library, const std::string &limits, const TemporaryFolder &folder) {
  Json plan{{"library", library},     {"limits", limits},       {"seconds", options.seconds},
            {"peers", options.peers}, {"cases", Json::array()}, {"calls", options.measuresCalls}};
  for (const OperatorCase &each : cases)
    plan["cases"].push_back(each.toJson());
  const std::string file = folder.file("plan.json");
  std::ofstream(file) << jsonText(plan);
  const std::string script = treeFile("WASMIND_BENCH", "bench", "operators.mjs").string();
  Json report = parseJson(captureProgram(nodeProgram(), {script, file}));
  if (!report.is_object() || !report.contains("cases"))
    throw Refusal(script + " printed no measurement");
  return report;
}

/// Calls from Python: bench/calls.py with the Python of the build, which has the package; null where there is none.
Json measureCallsInPython(const std::string &library) {
  const char *given = std::getenv("WASMIND_PYTHON");
  const std::string python =
      given && *given ? given : (executable().parent_path() / "../venv/bin/python").lexically_normal().string();
  if (!fs::exists(python))
    return {};
  Json report = parseJson(captureProgram(python, {treeFile("WASMIND_BENCH", "bench", "calls.py").string(), library}));
  if (!report.is_object())
    throw Refusal("bench/calls.py printed no measurement");
  return report;
}

int bench(const OperatorsBenchOptions &options) {
  check(options);
  const std::vector<OperatorCase> cases = choose(options);
  TemporaryFolder folder;
  const std::string limits = buildLimits(folder);
  Json report{{"features", options.features}, {"engines", Json::array()}};
  const std::string library = buildMeasured(options, cases, folder);
  for (const std::string &engine : options.engines) {
    size_t done = 0;
    auto progress = [&](const OperatorCase &each) {
      std::fprintf(stderr, "[%zu/%zu] %s: %s\n", ++done, cases.size(), engine.c_str(), each.title().c_str());
    };
    Json row{{"engine", engine}};
    row.update(engine == "node"
                   ? measureOnNode(options, cases, library, limits, folder)
                   : OperatorTimes{library, limits, options.seconds}.measure(cases, options.measuresCalls, progress));
    if (options.measuresCalls && engine == "wasmtime")
      row["callsInPython"] = measureCallsInPython(library);
    report["engines"].push_back(std::move(row));
  }
  if (options.printsJson)
    std::printf("%s\n", jsonText(report).c_str());
  else
    std::fputs(textOf(report).c_str(), stdout);
  if (!options.markdown.empty())
    writeText(options.markdown, markdownOf(report));
  for (const std::string &difference : differencesOf(report))
    std::fprintf(stderr, "wasmind: error: %s\n", difference.c_str());
  return differencesOf(report).empty() ? Fine : ResultDiffers;
}

} // namespace

void registerBenchOperators(Command bench, int &exitCode) {
  auto options = std::make_shared<OperatorsBenchOptions>();
  Command command = bench.command(
      "operators",
      "Measures single operators against TVM's kernels, other runtimes and the machine's limit\n\n"
      "  wasmind bench operators --ops=add,matmul --dtypes=f32,i8\n"
      "  wasmind bench operators --tvm=tvm_add_f32.o --tvm=tvm_matmul_f32.o --peer=onnxruntime-web --calls\n\n"
      "All sides of an operator run in turn in one process per engine, and must compute the same: exit code 3 when one "
      "does not. Rates are those of the fastest call; a ratio is another side's time over ours. GB/s counts bytes read "
      "and written; its limit is memory.copy, that of GFLOP/s 128-bit fused multiply-adds. Our tensors lie in the "
      "library's memory, except on the side called 'wasmind, copied', where they are arrays of the caller as a peer's "
      "are.");
  command.option("--ops", options->names, "Names, in any case (" + listed(caseNames()) + ")").delimiter(',');
  command.option("--dtypes", options->dtypes, "Element types: f32, f64, i8, u8, i16, i32, i64 (f32)").delimiter(',');
  command.option("--engine", options->engines, "wasmtime,node (both)").delimiter(',');
  command.option("--tvm", options->objects,
                 "Object built by TVM, once per object; tvm_NAME_DTYPE or tvm_NAME_..._DTYPE in it is compared "
                 "with operator NAME, on the same tensors in order");
  command.option("--peer", options->peers, "Other runtimes, on Node, of bench/peers: onnxruntime-web").delimiter(',');
  command.flag("--calls", options->measuresCalls,
               "Also what a call costs: Add of four f32 from C++, JavaScript, and Python where build/venv (or "
               "WASMIND_PYTHON) has one");
  command.option("--elements", options->sizes.elements, "Elements of streamed arrays (4194304); rows have 1024")
      .range(int64_t(1024), int64_t(1) << 28);
  command.option("--matmul", options->sizes.matmul, "Extent of square matrices (128)").range(1, 8192);
  command.option("--conv", options->sizes.conv, "H,C,O of a 3 x 3 convolution, [1, H, H, C] to O channels (56,64,64)")
      .delimiter(',')
      .range(1, 4096);
  command.option("--seconds", options->seconds, "How long each side of a case runs at least (0.3)").range(0.0, 60.0);
  command.option("--features", options->features, "simd128 (default), as TVM's objects are, or relaxed-simd")
      .oneOf({"simd128", "relaxed-simd"});
  command.flag("--json", options->printsJson, "Prints JSON");
  command.option("--markdown", options->markdown, "Writes a page of tables");
  command.callback([options, bench, &exitCode] {
    if (std::string given = bench.firstGiven(); !given.empty())
      throw UsageError("bench operators: " + given + " must come after 'operators'");
    exitCode = tools::bench(*options);
  });
}

} // namespace wasmind::tools
