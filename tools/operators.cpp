//===- operators.cpp - `wasmind operators`: objects, archive and module of chosen operators -----------------------===//
#include "operators/Library.h"
#include "tools/Commands.h"
#include "tools/Json.h"
#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>
#include <unistd.h>

namespace wasmind::tools {
namespace {

struct OperatorsOptions {
  std::vector<std::string> names, dtypes, features, links;
  LibraryOptions library;
  bool printsJson = false, lists = false;
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

Json describe(const Operator &each) {
  Json variants = Json::array();
  for (const abi::Variant &variant : each.variants) {
    Json inputs = Json::array(), outputs = Json::array();
    for (abi::DType dtype : variant.inputs)
      inputs.push_back(abi::nameOf(dtype));
    for (abi::DType dtype : variant.outputs)
      outputs.push_back(abi::nameOf(dtype));
    variants.push_back({{"inputs", inputs}, {"outputs", outputs}});
  }
  Json attributes = Json::array();
  for (const abi::Attribute &attribute : each.attributes)
    attributes.push_back({{"name", attribute.name}, {"type", abi::nameOf(attribute.type)}});
  return {{"name", each.name},        {"inputs", each.inputs},   {"variadic", each.variadic},
          {"attributes", attributes}, {"outputs", each.outputs}, {"variants", variants}};
}

/// The element type a variant stands for: the result's where one of the first two inputs has it too (not that of
/// conditions and indices), else that of the first input (comparisons, sums of i8).
abi::DType elementType(const abi::Variant &variant) {
  auto end = variant.inputs.begin() + std::min<size_t>(variant.inputs.size(), 2);
  return std::find(variant.inputs.begin(), end, variant.outputs[0]) != end ? variant.outputs[0] : variant.inputs[0];
}

/// The support matrix: a row per operator, a column per element type.
void list(bool asJson) {
  if (asJson) {
    Json rows = Json::array();
    for (const Operator &each : operators::all())
      rows.push_back(describe(each));
    std::printf("%s\n", jsonText(rows).c_str());
    return;
  }
  constexpr abi::DType columns[] = {abi::DType::F32, abi::DType::F64, abi::DType::F16, abi::DType::I8,  abi::DType::U8,
                                    abi::DType::I16, abi::DType::I32, abi::DType::I64, abi::DType::Bool};
  std::printf("%-16s", "operator");
  for (abi::DType column : columns)
    std::printf(" %4s", std::string(abi::nameOf(column)).c_str());
  std::printf("\n");
  for (const Operator &each : operators::all()) {
    std::printf("%-16s", each.name.c_str());
    for (abi::DType column : columns) {
      bool has = std::any_of(each.variants.begin(), each.variants.end(),
                             [&](const abi::Variant &variant) { return elementType(variant) == column; });
      std::printf(" %4s", has ? "x" : "");
    }
    std::printf("\n");
  }
}

std::vector<Operator> choose(const OperatorsOptions &options) {
  std::vector<Operator> chosen;
  if (options.names.empty())
    chosen = options.links.empty() ? operators::all() : std::vector<Operator>();
  for (const std::string &name : options.names) {
    auto found = std::find_if(operators::all().begin(), operators::all().end(),
                              [&](const Operator &each) { return lower(each.name) == lower(name); });
    if (found == operators::all().end())
      throw Refusal("--ops: no operator is called '" + name + "'; `wasmind operators --list` shows what there is");
    if (std::none_of(chosen.begin(), chosen.end(), [&](const Operator &each) { return each.name == found->name; }))
      chosen.push_back(*found);
  }
  std::set<abi::DType> wanted;
  for (const std::string &name : options.dtypes) {
    auto dtype = abi::parseDType(name);
    if (!dtype)
      throw UsageError("--dtypes: '" + name +
                       "' is no element type; there are f32, f64, f16, i8, u8, i16, i32, i64, bool");
    wanted.insert(*dtype);
  }
  if (wanted.empty())
    return chosen;
  for (Operator &each : chosen) {
    auto isUnwanted = [&](const abi::Variant &variant) { return !wanted.count(elementType(variant)); };
    each.variants.erase(std::remove_if(each.variants.begin(), each.variants.end(), isUnwanted), each.variants.end());
    if (each.variants.empty() && !options.names.empty())
      throw Refusal("operator " + each.name + " exists in none of the element types of --dtypes");
  }
  chosen.erase(std::remove_if(chosen.begin(), chosen.end(), [](const Operator &each) { return each.variants.empty(); }),
               chosen.end());
  return chosen;
}

void build(OperatorsOptions &options) {
  LibraryOptions &library = options.library;
  if (library.module.empty() && library.archive.empty() && library.objectsFolder.empty() && library.header.empty())
    throw UsageError("nothing to write: give -o, --archive, --objects or --header");
  for (const std::string &feature : options.features) {
    if (feature == "relaxed-simd")
      library.relaxedSimd = true;
    else if (feature != "simd128")
      throw UsageError("--features " + feature + ": expected simd128 or relaxed-simd");
  }
  library.operators = choose(options);
  for (const std::string &path : options.links)
    library.links.push_back({path});
  size_t done = 0;
  const bool isTerminal = isatty(2);
  library.progress = [&](const std::string &name) {
    ++done;
    if (isTerminal)
      std::fprintf(stderr, "\r\033[K[%zu/%zu] %s", done, library.operators.size(), name.c_str());
  };
  LibraryResult result = buildLibrary(library);
  if (isTerminal)
    std::fprintf(stderr, "\r\033[K");
  if (result.isWrongUsage)
    throw UsageError(result.error);
  if (!result.error.empty())
    throw Refusal(result.error);
  if (options.printsJson) {
    Json rows = Json::array();
    for (const LibraryResult::Compiled &each : result.operators)
      rows.push_back(
          {{"name", each.name}, {"objectBytes", each.objectBytes}, {"vectorisedShare", each.vectorisedShare}});
    Json report{{"operators", rows}, {"moduleBytes", result.moduleBytes}, {"archiveBytes", result.archiveBytes}};
    std::printf("%s\n", jsonText(report).c_str());
    return;
  }
  if (!library.objectsFolder.empty())
    std::printf("%s: %zu objects\n", library.objectsFolder.c_str(), result.operators.size());
  if (!library.archive.empty())
    std::printf("%s: %llu bytes\n", library.archive.c_str(), (unsigned long long)result.archiveBytes);
  if (!library.header.empty())
    std::printf("%s\n", library.header.c_str());
  if (!library.module.empty())
    std::printf("%s: %llu bytes\n", library.module.c_str(), (unsigned long long)result.moduleBytes);
}

} // namespace

void registerOperators(Command app, int &) {
  auto options = std::make_shared<OperatorsOptions>();
  Command command =
      app.command("operators", "Builds operators: one object each, an archive of them, a module for OperatorLibrary");
  command.flag("--list", options->lists, "Prints which operator exists in which element types");
  command.flag("--json", options->printsJson, "Prints JSON");
  Command build =
      command.command("build", "Compiles operators and links them\n"
                               "  wasmind operators build --ops=add,sub --dtypes=f32,i32,i8 -o wasm_ops.wasm \\\n"
                               "      --objects objects --archive libops_wasm32.a --header wasm_ops.h");
  build.option("--ops", options->names, "Names, in any case (all; with --link none)").delimiter(',');
  build.option("--dtypes", options->dtypes, "Element types (all the operator has)").delimiter(',');
  build.option("-o,--output", options->library.module, "Module to write");
  build.option("--archive", options->library.archive, "Static library to write, for programs that link operators");
  build.option("--objects", options->library.objectsFolder, "Folder for one object per operator");
  build.option("--header", options->library.header, "C header of the archive to write");
  build.option("--link", options->links,
               "Objects built by TVM; their functions become operators. Others are linked along");
  build.option("--features", options->features, "simd128 (default) or relaxed-simd").delimiter(',');
  build.option("-O", options->library.optLevel, "Optimisation level (2)").range(0, 3);
  build.flag("--json", options->printsJson, "Prints JSON");
  build.callback([options] { tools::build(*options); });
  command.callback([options, build] {
    if (build.isGiven())
      return;
    if (!options->lists)
      throw UsageError("operators: give --list or build; see --help");
    list(options->printsJson);
  });
}

} // namespace wasmind::tools
