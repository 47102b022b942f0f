//===- Log.cpp - Log(x): natural logarithm ------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Log(Node &node) { return unary(node, UnaryKind::Log); }

} // namespace wasmind::mindir::ops
