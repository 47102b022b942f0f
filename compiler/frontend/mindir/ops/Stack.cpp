//===- Stack.cpp - Stack(tuple, axis): joined along a new dimension -----------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Stack(Node &node) { return stack(node, "axis"); }

} // namespace wasmind::mindir::ops
