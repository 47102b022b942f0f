//===- wasmind.cpp - the `wasmind` tool ---------------------------------------------------------------------------===//
#include "abi/Line.h"
#include "tools/Commands.h"
#include <cstdio>

using namespace wasmind::tools;

static int refuse(const char *text, ExitCode code) {
  std::fprintf(stderr, "wasmind: error: %s\n", wasmind::abi::toLine(text).c_str());
  return code;
}

int main(int argc, char **argv) {
  CommandLine line("wasmind", "Deep-learning models and operators as small, standalone WebAssembly",
                   "wasmind " WASMIND_VERSION);
  int exitCode = Fine;
#ifdef WASMIND_HAS_COMPILE
  registerCompile(line.root(), exitCode);
#endif
  registerRun(line.root(), exitCode);
  registerInspect(line.root(), exitCode);
  registerBench(line.root(), exitCode);
#ifdef WASMIND_HAS_OPERATORS
  registerOperators(line.root(), exitCode);
#endif
  try {
    line.run(argc, argv);
  } catch (const UsageError &error) {
    return refuse(error.what(), WrongUsage);
  } catch (const std::exception &error) {
    return refuse(error.what(), WrongInput);
  }
  return exitCode;
}
