//===- ScalarDiv.cpp - ScalarDiv(x, y): x / y, a float, of numbers -----------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarDiv(Node &node) { return scalarArithmetic(node, BinaryKind::Div); }

} // namespace wasmind::mindir::ops
