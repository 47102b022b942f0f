//===- Sin.cpp - Sin(x): sine -------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Sin(Node &node) { return unary(node, UnaryKind::Sin); }

} // namespace wasmind::mindir::ops
