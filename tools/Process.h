//===- Process.h - running other programs -------------------------------------------------------------------------===//
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace wasmind::tools {

/// Path of this executable.
std::filesystem::path executable();

/// Node: what WASMIND_NODE names, else ../node/bin/node of this executable's folder, else the one in PATH.
std::string nodeProgram();

/// A file of the source tree by its path in it, two folders above this executable, unless the variable names another
/// place for the folder in which it is. Throws Refusal that names the variable when the file is not there.
std::filesystem::path treeFile(const char *variable, const std::filesystem::path &folder,
                               const std::filesystem::path &file);

/// Runs a program (looked up in PATH when it is a bare name) and waits; it shares our streams. Returns its exit code.
/// Throws Refusal when it cannot start or is ended by a signal.
int runProgram(const std::string &program, const std::vector<std::string> &arguments);

/// The same, returning what it writes to standard output. Throws Refusal unless it ends with exit code 0; why stands on
/// standard error then.
std::string captureProgram(const std::string &program, const std::vector<std::string> &arguments);

} // namespace wasmind::tools
