//===- NotEqual.cpp - NotEqual(x, y): bool, broadcast -------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand NotEqual(Node &node) { return compare(node, CompareKind::NotEqual); }

} // namespace wasmind::mindir::ops
