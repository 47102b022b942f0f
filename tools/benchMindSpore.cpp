//===- benchMindSpore.cpp - `wasmind bench mindspore`: networks in MindSpore and on wasm --------------------------===//
//
// The measuring is the Python package's, wasmind.mindspore.bench, since MindSpore is Python: this looks for the
// interpreter that has both, and hands the options on. Those without a default here have theirs there.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "tools/Commands.h"
#include "tools/Process.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace wasmind::tools {
namespace {

namespace fs = std::filesystem;

struct MindSporeOptions {
  std::vector<std::string> names;
  std::string parts, routes, rounds, seconds, elements, markdown, python;
  bool printsJson = false;
};

/// Says in one line what an interpreter lacks, or nothing.
constexpr const char *probe = R"(
from importlib import metadata
try:
    from wasmind.mindspore.plugin import VERSION
    import wasmind.mindspore.bench
    found = metadata.version("mindspore")
    print("" if found.startswith(VERSION) else f"it has mindspore {found}, and only {VERSION}x is known: "
          f"pip install mindspore=={VERSION}0")
except metadata.PackageNotFoundError:
    print(f"it has no mindspore: pip install mindspore=={VERSION}0")
except ImportError as error:
    print(f"it cannot import wasmind ({error}): install the package wasmind for it")
)";

/// What the interpreter lacks, or nothing.
std::string lackOf(const std::string &python) {
  try {
    // Without the folder in which we run, where a folder may be called mindspore.
    std::string said = captureProgram(python, {"-P", "-c", probe});
    said.erase(std::remove(said.begin(), said.end(), '\n'), said.end());
    return said;
  } catch (const Refusal &refusal) {
    return refusal.what();
  }
}

/// Interpreters that may have MindSpore: the build's, those of the tests' environments, and the one in PATH.
std::vector<std::string> candidates() {
  std::vector<std::string> found;
  if (fs::path venv = (executable().parent_path() / "../venv/bin/python").lexically_normal(); fs::exists(venv))
    found.push_back(venv.string());
  const char *cache = std::getenv("WASMIND_CACHE"), *home = std::getenv("HOME");
  const fs::path folder = cache && *cache ? fs::path(cache) : fs::path(home ? home : "") / ".cache/wasmind";
  std::error_code error;
  std::vector<std::string> cached;
  for (const fs::directory_entry &each : fs::directory_iterator(folder, error))
    if (each.path().filename().string().starts_with("mindspore-") && fs::exists(each.path() / "installed"))
      cached.push_back((each.path() / "bin/python").string());
  std::sort(cached.begin(), cached.end());
  found.insert(found.end(), cached.begin(), cached.end());
  found.push_back("python3");
  return found;
}

/// An interpreter with MindSpore and the package, or nothing; then standard error says what each one lacks.
std::string pythonWithMindSpore(const std::string &given) {
  const char *named = std::getenv("WASMIND_PYTHON");
  std::vector<std::string> all = !given.empty()    ? std::vector{given}
                                 : named && *named ? std::vector<std::string>{named}
                                                   : candidates();
  std::string lacks;
  for (const std::string &each : all) {
    const std::string lack = lackOf(each);
    if (lack.empty())
      return each;
    lacks += (lacks.empty() ? "" : "; ") + each + ": " + lack;
  }
  std::fprintf(stderr,
               "wasmind: error: bench mindspore: no Python with MindSpore: %s. Name another one with --python or "
               "WASMIND_PYTHON\n",
               lacks.c_str());
  return "";
}

int bench(const MindSporeOptions &options) {
  // The package of the build, where this is the tool of one.
  if (fs::path package = (executable().parent_path() / "../python").lexically_normal();
      fs::exists(package / "wasmind")) {
    const char *path = std::getenv("PYTHONPATH");
    setenv("PYTHONPATH", (package.string() + (path && *path ? std::string(":") + path : "")).c_str(), 1);
  }
  const std::string python = pythonWithMindSpore(options.python);
  if (python.empty())
    return NotInstalled;
  std::vector<std::string> arguments{"-P", "-m", "wasmind.mindspore.bench", "--tool=" + executable().string()};
  const std::pair<const char *, std::string> values[] = {
      {"--parts=", options.parts},     {"--routes=", options.routes},     {"--rounds=", options.rounds},
      {"--seconds=", options.seconds}, {"--elements=", options.elements}, {"--markdown=", options.markdown}};
  for (const auto &[name, value] : values)
    if (!value.empty())
      arguments.push_back(name + value);
  if (options.printsJson)
    arguments.push_back("--json");
  arguments.push_back("--");
  arguments.insert(arguments.end(), options.names.begin(), options.names.end());
  return runProgram(python, arguments);
}

} // namespace

void registerBenchMindSpore(Command bench, int &exitCode) {
  auto options = std::make_shared<MindSporeOptions>();
  Command command = bench.command(
      "mindspore",
      "Measures networks in MindSpore and on wasm, what a call costs by each route, and what fusion gains\n\n"
      "  wasmind bench mindspore                                         (all of it: about a quarter of an hour)\n"
      "  wasmind bench mindspore lenet5 resnet --parts=networks --rounds=3\n"
      "  wasmind bench mindspore my_net.py --routes=avx2,compiled,node   (network() and inputs(random) in the file)\n\n"
      "Routes: installed (MindSpore as it is), avx2 (MindSpore with ONEDNN_MAX_CPU_ISA=AVX2, which makes its "
      "convolutions "
      "faster where the machine has AVX-512), compiled (wasmind.mindspore.compile, on wasmtime), backend "
      "(@jit(backend=\"wasm\")), node (the compiled module on Node), fuse (wasmind.mindspore.fuse), enable "
      "(enable(\"all\"), operator by operator), chains (enable(\"all\", fuse=True)). They run in processes of their "
      "own and "
      "take turns, round by round; a time is that of the fastest call.\n\n"
      "Exit code 1: a route refused something, and the page says why; 3: its results are not MindSpore's; 4: MindSpore "
      "2.10, or a package that a route needs, is not installed. With the package alone: python -m "
      "wasmind.mindspore.bench.");
  command.footer(""); // not that of bench
  command.option("names", options->names, "Networks: FILE.py, or those of examples/mindspore by name (all of these)");
  command.option("--parts", options->parts, "networks,calls,fusion (all)");
  command.option("--routes", options->routes, "installed,avx2,compiled,backend,node,fuse,enable,chains (all)");
  command.option("--rounds", options->rounds, "In which the routes take turns (5)");
  command.option("--seconds", options->seconds, "Of calls of a route in a round, three calls at least (0.5)");
  command.option("--elements", options->elements, "Of the tensors of the kernels of the part fusion (1000000)");
  command.flag("--json", options->printsJson, "Prints JSON");
  command.option("--markdown", options->markdown, "Writes the page as well");
  command.option(
      "--python", options->python,
      "The Python that has mindspore and wasmind (WASMIND_PYTHON, else the first of: the build's, that of the "
      "tests in the cache, python3)");
  command.callback([options, bench, &exitCode] {
    if (std::string given = bench.firstGiven(); !given.empty())
      throw UsageError("bench mindspore: " + given + " must come after 'mindspore'");
    exitCode = tools::bench(*options);
  });
}

} // namespace wasmind::tools
