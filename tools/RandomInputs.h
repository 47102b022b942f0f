//===- RandomInputs.h - inputs from a seed, the same in every host of wasmind -------------------------------------===//
#pragma once
#include "tools/Array.h"

namespace wasmind::tools {

/// One array per input of an entry, in order, at the upper bound of every named extent.
///
/// Elements are drawn one 32-bit word each: floating point from [-1, 1) in steps of 2^-23 (f16 and bf16 cut off to
/// their precision), integers and bools 0 or 1, which are valid whether they stand for numbers, indices or flags.
std::vector<Array> randomInputs(const Signature::Function &function, uint32_t seed);

} // namespace wasmind::tools
