//===- RandomInputs.h - inputs from a seed, the same in every host of wasmind -------------------------------------===//
#pragma once
#include "abi/Signature.h"
#include "tools/Array.h"

namespace wasmind::tools {

/// One value per dim that a first run allows: named extents are `divisor` parts of the way from their lower to their
/// upper bounds, at the multiple below; those that the module keeps are what they are at first, sums what their terms
/// say.
std::vector<int64_t> extentsFor(const abi::Signature &contract, int64_t divisor = 1);
/// The entry with these in the place of the bounds.
Signature::Function withExtents(Signature::Function entry, const std::vector<int64_t> &extents);

/// One array per input of an entry, in order, at the bounds in it.
///
/// Elements are drawn one 32-bit word each: floating point from [-1, 1) in steps of 2^-23 (f16 and bf16 cut off to
/// their precision), integers and bools 0 or 1, which are valid whether they stand for numbers, indices or flags.
std::vector<Array> randomInputs(const Signature::Function &function, uint32_t seed);

} // namespace wasmind::tools
