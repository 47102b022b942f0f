//===- OperatorHeader.h - wasm_ops.h: what C programs see of an operator library ----------------------------------===//
#pragma once
#include "compiler/Operators.h"

namespace wasmind {

/// Name of an elementwise operator's function without checks, "Add_f32"; empty where the inputs have several types.
std::string directName(const Operator &each, const abi::Variant &variant);

/// A C header that needs no other but <stdint.h>: the descriptors, one inline function per operator, and per
/// elementwise operator and element type the function without checks.
std::string operatorHeader(const std::vector<Operator> &operators);

} // namespace wasmind
