//===- wasmind.cpp - the `wasmind` tool ---------------------------------------------------------------------------===//
#include "tools/Commands.h"
#include <cstdio>

using namespace wasmind::tools;

static int refuse(const char *text, ExitCode code) {
  std::fprintf(stderr, "wasmind: error: %s\n", text);
  return code;
}

int main(int argc, char **argv) {
  CLI::App app{"Deep-learning models and operators as small, standalone WebAssembly"};
  app.name("wasmind");
  app.require_subcommand(1);
  app.set_version_flag("--version", "wasmind " WASMIND_VERSION);
  int exitCode = Fine;
#ifdef WASMIND_HAS_COMPILE
  registerCompile(app, exitCode);
#endif
  registerRun(app, exitCode);
  registerInspect(app, exitCode);
  registerBench(app, exitCode);
#ifdef WASMIND_HAS_OPERATORS
  registerOperators(app, exitCode);
#endif
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0) // --help, --version
      return app.exit(error);
    if (app.get_subcommands().empty() && argc > 1 && argv[1][0] != '-')
      return refuse((std::string("there is no subcommand '") + argv[1] + "'; see wasmind --help").c_str(), WrongUsage);
    return refuse(error.what(), WrongUsage);
  } catch (const UsageError &error) {
    return refuse(error.what(), WrongUsage);
  } catch (const std::exception &error) {
    return refuse(error.what(), WrongInput);
  }
  return exitCode;
}
