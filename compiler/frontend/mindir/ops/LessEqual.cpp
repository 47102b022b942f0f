//===- LessEqual.cpp - LessEqual(x, y): bool, broadcast -----------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand LessEqual(Node &node) { return compare(node, CompareKind::LessEqual); }

} // namespace wasmind::mindir::ops
