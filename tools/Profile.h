//===- Profile.h - `wasmind bench --profile`: where the time of a run goes ----------------------------------------===//
#pragma once
#include "tools/SourceModel.h"

namespace wasmind::tools {

struct ProfileOptions {
  std::string model, inputs, page; ///< a profile's module or a source model; .npz or empty; .html or empty
  SourceOptions source;
  std::vector<std::string> engines;
  unsigned repeat = 20;
  bool printsJson = false;
};

/// Measures, and prints a table or JSON. Throws Refusal or UsageError.
void profile(const ProfileOptions &options);

} // namespace wasmind::tools
