//===- ScalarMul.cpp - ScalarMul(x, y): x y, of numbers ----------------------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarMul(Node &node) { return scalarArithmetic(node, BinaryKind::Mul); }

} // namespace wasmind::mindir::ops
