//===- ScalarUsub.cpp - ScalarUsub(x): -x, of a number -----------------------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarUsub(Node &node) { return scalarFunction(node, UnaryKind::Neg); }

} // namespace wasmind::mindir::ops
