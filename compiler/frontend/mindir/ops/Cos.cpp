//===- Cos.cpp - Cos(x): cosine -----------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand Cos(Node &node) { return unary(node, UnaryKind::Cos); }

} // namespace wasmind::mindir::ops
