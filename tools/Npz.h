//===- Npz.h - numpy's .npz files ---------------------------------------------------------------------------------===//
#pragma once
#include "tools/Array.h"

namespace wasmind::tools {

/// All arrays of an .npz file by name (without ".npy"). Throws Refusal that names the file and the array.
ArrayMap readNpz(const std::string &path);

/// Writes an .npz file in one step: `path` appears complete or not at all. Throws Refusal.
void writeNpz(const std::string &path, const ArrayMap &arrays);

} // namespace wasmind::tools
