//===- Pad.cpp - Pad(x), attribute paddings: one (low, high) per dimension ----------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Pad(Node &node) { return padByPairs(node, "constant"); }

} // namespace wasmind::mindir::ops
