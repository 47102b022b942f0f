//===- CommandLine.h - commands, their options, and the parser of both --------------------------------------------===//
//
// CommandLine.cpp alone sees the parser, CLI11: its headers cost seconds in every file that includes them.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace wasmind::tools {

/// An option of a command: a handle, valid as long as the CommandLine it belongs to.
class Option {
public:
  explicit Option(CLI::Option *option) : option(option) {}

  Option required();
  Option delimiter(char separator);              ///< one argument may hold several values
  Option oneEach();                              ///< an argument is one value; it may be repeated
  Option optionalValue(const std::string &name); ///< may stand without a value; `name` in the help
  Option oneOf(std::initializer_list<const char *> values);
  template <typename T> Option range(T min, T max); ///< both included; T: int, int64_t or double
  Option notNegative();
  Option showDefault(); ///< in the help: the target's value when this is called

  /// Whether the command line has it; for callbacks.
  bool isGiven() const;

private:
  CLI::Option *option;
};

/// A command, or the tool itself: a handle, valid as long as the CommandLine it belongs to.
class Command {
public:
  explicit Command(CLI::App *app) : app(app) {}

  Command command(const std::string &name, const std::string &description);
  void footer(const std::string &text);

  /// "name" is positional, "-o,--output" is not. Parsing writes `target`, which must live until then. T: std::string,
  /// int, unsigned, int64_t, uint64_t, double, or a vector of std::string, unsigned or int64_t.
  template <typename T> Option option(const std::string &names, T &target, const std::string &description);
  Option flag(const std::string &names, bool &target, const std::string &description);

  /// What runs once all arguments are parsed, the innermost command first. It may throw.
  void callback(std::function<void()> run);

  /// For callbacks: whether the command line names this command.
  bool isGiven() const;
  /// For callbacks: whether it names a command of this one.
  bool hasCommand() const;
  /// For callbacks: the first option of this command that the command line has, or nothing.
  std::string firstGiven() const;

private:
  CLI::App *app;
};

/// The tool's command line.
class CommandLine {
public:
  CommandLine(const std::string &name, const std::string &description, const std::string &version);
  ~CommandLine();

  Command root() { return Command(app.get()); }

  /// Parses and runs the callbacks; --help and --version print and run nothing. Throws UsageError for arguments that do
  /// not parse, and what callbacks throw.
  void run(int argc, char **argv);

private:
  std::unique_ptr<CLI::App> app;
};

} // namespace wasmind::tools
