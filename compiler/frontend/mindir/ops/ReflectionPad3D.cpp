//===- ReflectionPad3D.cpp - ReflectionPad3D(x, padding: from the last dimension on) ------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ReflectionPad3D(Node &node) { return padFromLast(node, "reflect"); }

} // namespace wasmind::mindir::ops
