//===- Atan2Ext.cpp - Atan2Ext(x, y), broadcast -------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Atan2Ext(Node &node) { return binary(node, BinaryKind::Atan2); }

} // namespace wasmind::mindir::ops
