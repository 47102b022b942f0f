//===- ScalarSub.cpp - ScalarSub(x, y): x - y, of numbers --------------------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarSub(Node &node) { return scalarArithmetic(node, BinaryKind::Sub); }

} // namespace wasmind::mindir::ops
