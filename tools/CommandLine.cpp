//===- CommandLine.cpp - the command line on CLI11 ----------------------------------------------------------------===//
#include "tools/CommandLine.h"
#include "tools/Refusal.h"
#include <CLI/CLI.hpp>
#include <charconv>
#include <limits>

namespace wasmind::tools {

Option Option::required() { return Option(option->required()); }
Option Option::delimiter(char separator) { return Option(option->delimiter(separator)); }
Option Option::oneEach() { return Option(option->expected(1)->take_all()); }
Option Option::optionalValue(const std::string &name) { return Option(option->expected(0, 1)->type_name(name)); }
Option Option::oneOf(std::initializer_list<const char *> values) {
  return Option(option->check(CLI::IsMember(std::vector<std::string>(values.begin(), values.end()))));
}
template <typename T> Option Option::range(T min, T max) { return Option(option->check(CLI::Range(min, max))); }
template Option Option::range(int, int);
template Option Option::range(int64_t, int64_t);
template Option Option::range(double, double);
Option Option::notNegative() { return Option(option->check(CLI::NonNegativeNumber)); }
Option Option::showDefault() { return Option(option->capture_default_str()); }
bool Option::isGiven() const { return option->count() != 0; }

Command Command::command(const std::string &name, const std::string &description) {
  return Command(app->add_subcommand(name, description));
}
void Command::footer(const std::string &text) { app->footer(text); }

template <typename T> Option Command::option(const std::string &names, T &target, const std::string &description) {
  CLI::Option *option = app->add_option(names, target, description);
  // As a script's variable that is not set: no file, name or value is "".
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::vector<std::string>>)
    option->check([](const std::string &text) { return std::string(text.empty() ? "its value is empty" : ""); });
  // CLI11 takes what does not fit for the nearest number, and -1 for the largest unsigned one.
  if constexpr (std::is_integral_v<T>)
    option->check([](const std::string &text) {
      T value;
      const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
      return wrong == std::errc() && end == text.data() + text.size()
                 ? std::string()
                 : text + " is not a whole number from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                       std::to_string(std::numeric_limits<T>::max());
    });
  return Option(option);
}
template Option Command::option(const std::string &, std::string &, const std::string &);
template Option Command::option(const std::string &, int &, const std::string &);
template Option Command::option(const std::string &, unsigned &, const std::string &);
template Option Command::option(const std::string &, int64_t &, const std::string &);
template Option Command::option(const std::string &, uint64_t &, const std::string &);
template Option Command::option(const std::string &, double &, const std::string &);
template Option Command::option(const std::string &, std::vector<std::string> &, const std::string &);
template Option Command::option(const std::string &, std::vector<unsigned> &, const std::string &);
template Option Command::option(const std::string &, std::vector<int64_t> &, const std::string &);

Option Command::flag(const std::string &names, bool &target, const std::string &description) {
  return Option(app->add_flag(names, target, description));
}
void Command::callback(std::function<void()> run) { app->callback(std::move(run)); }
bool Command::isGiven() const { return app->parsed(); }
bool Command::hasCommand() const { return !app->get_subcommands().empty(); }
std::string Command::firstGiven() const {
  for (const CLI::Option *option : app->get_options())
    if (option->count() != 0)
      return option->get_name();
  return "";
}

CommandLine::CommandLine(const std::string &name, const std::string &description, const std::string &version)
    : app(std::make_unique<CLI::App>(description)) {
  app->name(name);
  app->require_subcommand(1);
  app->set_version_flag("--version", version);
}
CommandLine::~CommandLine() = default;

void CommandLine::run(int argc, char **argv) {
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0) // --help, --version
      app->exit(error);
    else if (app->get_subcommands().empty() && argc > 1 && argv[1][0] != '-')
      throw UsageError(std::string("there is no subcommand '") + argv[1] + "'; see " + app->get_name() + " --help");
    else
      throw UsageError(error.what());
  }
}

} // namespace wasmind::tools
