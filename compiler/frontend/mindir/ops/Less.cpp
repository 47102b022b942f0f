//===- Less.cpp - Less(x, y): bool, broadcast ---------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Less(Node &node) { return compare(node, CompareKind::Less); }

} // namespace wasmind::mindir::ops
