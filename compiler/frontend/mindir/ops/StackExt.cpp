//===- StackExt.cpp - StackExt(tuple, dim): joined along a new dimension ------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand StackExt(Node &node) { return stack(node, "dim"); }

} // namespace wasmind::mindir::ops
