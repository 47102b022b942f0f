//===- Unstack.cpp - Unstack(x, axis): the slices along one dimension ---------------------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand Unstack(Node &node) { return unstack(node, "axis"); }

} // namespace wasmind::mindir::ops
