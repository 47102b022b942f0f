//===- Repeat.cpp - Repeat(x, repeats: tuple): Tile --------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Repeat(Node &node) { return ops::Tile(node); }

} // namespace wasmind::mindir::ops
