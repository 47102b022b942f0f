//===- Equal.cpp - Equal(x, y): bool, broadcast -------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Equal(Node &node) { return compare(node, CompareKind::Equal); }

} // namespace wasmind::mindir::ops
