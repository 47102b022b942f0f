//===- AtanExt.cpp - AtanExt(x): arc tangent ----------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand AtanExt(Node &node) { return unary(node, UnaryKind::Atan); }

} // namespace wasmind::mindir::ops
