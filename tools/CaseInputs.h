//===- CaseInputs.h - the arrays of a case that are a module's inputs and outputs ---------------------------------===//
#pragma once
#include "tools/Array.h"
#include <optional>

namespace wasmind::tools {

/// The arrays of an entry's inputs; none: the input keeps its default value.
using Inputs = std::vector<std::optional<Array>>;

/// The array for a name, with or without the prefix ("in:", "out:") that tells inputs and outputs of one name apart.
Array *findArray(ArrayMap &arrays, const std::string &prefix, const std::string &name);

/// An array that nobody asks for is a mistake in a name: "in:x" must be an input, "out:y" an output, "z" one of both.
/// Throws Refusal.
void refuseUnknown(const ArrayMap &arrays, const std::string &file, const Signature::Function &entry);

/// Throws Refusal that names what is missing.
Inputs inputsFromCase(const std::string &file, const Signature::Function &entry);

} // namespace wasmind::tools
