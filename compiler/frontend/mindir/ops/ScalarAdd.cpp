//===- ScalarAdd.cpp - ScalarAdd(x, y): x + y, of numbers --------------------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarAdd(Node &node) { return scalarArithmetic(node, BinaryKind::Add); }

} // namespace wasmind::mindir::ops
