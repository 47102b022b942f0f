//===- Floor.cpp - Floor(x): largest integer not above x ----------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Floor(Node &node) { return unary(node, UnaryKind::Floor); }

} // namespace wasmind::mindir::ops
