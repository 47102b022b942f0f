//===- ReflectionPad1D.cpp - ReflectionPad1D(x, padding: from the last dimension on) ------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ReflectionPad1D(Node &node) { return padFromLast(node, "reflect"); }

} // namespace wasmind::mindir::ops
