//===- wasmind.cpp - the `wasmind` tool ---------------------------------------------------------------------------===//
#include "abi/Line.h"
#include "tools/Commands.h"
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

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
  std::signal(SIGXFSZ, SIG_IGN); // a file over the limit of the shell is an error of its write, like a full disk
  try {
    line.run(argc, argv);
    errno = 0;
    if (std::fflush(stdout) != 0 || std::ferror(stdout))
      throw Refusal(std::string("cannot write to standard output") +
                    (errno ? std::string(": ") + std::strerror(errno) : ""));
  } catch (const UsageError &error) {
    return refuse(error.what(), WrongUsage);
  } catch (const std::exception &error) {
    return refuse(error.what(), WrongInput);
  }
  return exitCode;
}
