//===- ModuleRules.h - what a module of the contract consists of --------------------------------------------------===//
#pragma once
#include "abi/Signature.h"
#include "abi/WasmSections.h"

namespace wasmind::abi {

/// Checks the sections of a module against spec.md, "The module", so that nothing reaches an engine that takes more
/// memory than the signature says, runs at its loading, exports other than what the signature says, or cannot be
/// compiled within bounds. Linear in the bytes of the sections that it reads: all but globals, elements and data. The
/// engine validates the rest.
std::optional<Error> checkModule(const std::vector<WasmSection> &sections, const Signature &signature);

} // namespace wasmind::abi
