//===- ReflectionPad2D.cpp - ReflectionPad2D(x, padding: from the last dimension on) ------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ReflectionPad2D(Node &node) { return padFromLast(node, "reflect"); }

} // namespace wasmind::mindir::ops
