//===- ReplicationPad2D.cpp - ReplicationPad2D(x, padding: from the last dimension on) ----------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ReplicationPad2D(Node &node) { return padFromLast(node, "edge"); }

} // namespace wasmind::mindir::ops
