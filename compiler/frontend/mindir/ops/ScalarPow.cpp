//===- ScalarPow.cpp - ScalarPow(x, y): x^y, of numbers ----------------------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarPow(Node &node) { return scalarArithmetic(node, BinaryKind::Pow); }

} // namespace wasmind::mindir::ops
