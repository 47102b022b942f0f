//===- Commands.h - the subcommands of the `wasmind` tool ---------------------------------------------------------===//
//
// Each subcommand is one file `<name>.cpp` that defines `register<Name>`; wasmind.cpp calls those the build contains.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include <CLI/CLI.hpp>
#include <stdexcept>
#include <string>

namespace wasmind::tools {

/// Exit codes of every subcommand.
enum ExitCode { Fine = 0, WrongInput = 1, WrongUsage = 2, ResultDiffers = 3 };

/// Thrown by a subcommand whose input is wrong or unsupported: one line on stderr, exit code WrongInput.
class Refusal : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Thrown for options that do not go together: one line on stderr, exit code WrongUsage.
class UsageError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Runs `module` once on the inputs "in:NAME" of an .npz file on wasmtime, prints how far the outputs are from its
/// "out:NAME", and gives Fine or ResultDiffers. Throws Refusal.
int verifyCase(const std::string &module, const std::string &caseFile, double tolerance);

/// Adds a subcommand to `app`. When the command line names it, its callback runs, writes `exitCode` unless all is fine,
/// and may throw Refusal or UsageError. Both references outlive the parse.
void registerBench(CLI::App &app, int &exitCode);
void registerBenchOperators(CLI::App &bench, int &exitCode); ///< `bench operators`
void registerCompile(CLI::App &app, int &exitCode);
void registerInspect(CLI::App &app, int &exitCode);
void registerOperators(CLI::App &app, int &exitCode);
void registerRun(CLI::App &app, int &exitCode);

} // namespace wasmind::tools
