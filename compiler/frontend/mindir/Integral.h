//===- Integral.h - functions of integers -------------------------------------------------------------------------===//
#pragma once
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir {

Value commonDivisor(Node &node, Value x, Value y);
Value commonMultiple(Node &node, Value x, Value y);
/// How many bits of input 0 are set, u8.
Operand populationCount(Node &node);

} // namespace wasmind::mindir
