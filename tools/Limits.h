//===- Limits.h - the library that measures what a machine does at most -------------------------------------------===//
#pragma once
#include "tools/TemporaryFolder.h"

namespace wasmind::tools {

/// Links bench/limits.cpp to an operator library in the folder; returns its path. Throws Refusal.
std::string buildLimits(const TemporaryFolder &folder);

} // namespace wasmind::tools
