//===- Refusal.h - what a subcommand throws -----------------------------------------------------------------------===//
#pragma once
#include <stdexcept>

namespace wasmind::tools {

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

} // namespace wasmind::tools
