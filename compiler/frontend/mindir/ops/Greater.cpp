//===- Greater.cpp - Greater(x, y): bool, broadcast ---------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Greater(Node &node) { return compare(node, CompareKind::Greater); }

} // namespace wasmind::mindir::ops
