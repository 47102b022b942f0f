//===- GreaterEqual.cpp - GreaterEqual(x, y): bool, broadcast -----------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand GreaterEqual(Node &node) { return compare(node, CompareKind::GreaterEqual); }

} // namespace wasmind::mindir::ops
