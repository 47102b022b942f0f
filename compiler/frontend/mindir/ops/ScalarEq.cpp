//===- ScalarEq.cpp - ScalarEq(x, y): of numbers -----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarEq(Node &node) { return scalarComparison(node, CompareKind::Equal); }

} // namespace wasmind::mindir::ops
