//===- AcoshExt.cpp - AcoshExt(x): inverse hyperbolic cosine ------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand AcoshExt(Node &node) { return unary(node, UnaryKind::Acosh); }

} // namespace wasmind::mindir::ops
