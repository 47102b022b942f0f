//===- ReplicationPad1D.cpp - ReplicationPad1D(x, padding: from the last dimension on) ----------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ReplicationPad1D(Node &node) { return padFromLast(node, "edge"); }

} // namespace wasmind::mindir::ops
