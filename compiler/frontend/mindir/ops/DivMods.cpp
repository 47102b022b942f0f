//===- DivMods.cpp - DivMods(x, number, rounding_mode) ------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand DivMods(Node &node) { return ops::DivMod(node); }

} // namespace wasmind::mindir::ops
