//===- Commands.h - the subcommands of the `wasmind` tool ---------------------------------------------------------===//
//
// Each subcommand is one file `<name>.cpp` that defines `register<Name>`; wasmind.cpp calls those the build contains.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include "tools/CommandLine.h"
#include "tools/Refusal.h"
#include <string>

namespace wasmind::tools {

/// Exit codes of every subcommand.
enum ExitCode { Fine = 0, WrongInput = 1, WrongUsage = 2, ResultDiffers = 3, NotInstalled = 4 };

/// Runs `module` once on the inputs "in:NAME" of an .npz file on wasmtime, prints how far the outputs are from its
/// "out:NAME", and gives Fine or ResultDiffers. Throws Refusal.
int verifyCase(const std::string &module, const std::string &caseFile, double tolerance);

/// Adds a subcommand to `app`. When the command line names it, it runs, writes `exitCode` unless all is fine, and may
/// throw Refusal or UsageError. `exitCode` outlives the run.
void registerBench(Command app, int &exitCode);
void registerBenchOperators(Command bench, int &exitCode); ///< `bench operators`
void registerBenchMindSpore(Command bench, int &exitCode); ///< `bench mindspore`
void registerCompile(Command app, int &exitCode);
void registerInspect(Command app, int &exitCode);
void registerOperators(Command app, int &exitCode);
void registerRun(Command app, int &exitCode);

} // namespace wasmind::tools
