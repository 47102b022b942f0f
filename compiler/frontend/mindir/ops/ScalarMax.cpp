//===- ScalarMax.cpp - ScalarMax(x, y): the larger one, of numbers -----------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarMax(Node &node) { return scalarArithmetic(node, BinaryKind::Max); }

} // namespace wasmind::mindir::ops
