//===- ACos.cpp - ACos(x): arc cosine -----------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand ACos(Node &node) { return unary(node, UnaryKind::Acos); }

} // namespace wasmind::mindir::ops
