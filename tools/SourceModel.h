//===- SourceModel.h - models that a command compiles before it looks at them -------------------------------------===//
#pragma once
#include "tools/CommandLine.h"
#include "tools/TemporaryFolder.h"

namespace wasmind::tools {

/// Options of `compile` that other commands take along for a source model.
struct SourceOptions {
  std::string features = "simd128";
  std::vector<std::string> dims = {}, constants = {}, shapes = {}, sequences = {}, state = {};
  std::string seed = {}; ///< a number, or none

  void addTo(Command command);
  /// Of the command line, for messages: the first that was given, or nothing.
  std::string firstGiven() const;
};

/// Whether a file is a source model, by its name: what compile takes.
bool isSourceModel(const std::string &path);

/// Compiles a model to a module in the folder; returns its path. Throws Refusal; why stands on standard error.
std::string compileModel(const std::string &model, const SourceOptions &options, const TemporaryFolder &folder,
                         const std::vector<std::string> &more = {});

} // namespace wasmind::tools
