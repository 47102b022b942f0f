//===- AcosExt.cpp - AcosExt(x): arc cosine -----------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand AcosExt(Node &node) { return unary(node, UnaryKind::Acos); }

} // namespace wasmind::mindir::ops
