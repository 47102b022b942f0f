//===- AsinExt.cpp - AsinExt(x): arc sine -------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand AsinExt(Node &node) { return unary(node, UnaryKind::Asin); }

} // namespace wasmind::mindir::ops
