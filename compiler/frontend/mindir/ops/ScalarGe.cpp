//===- ScalarGe.cpp - ScalarGe(x, y): of numbers -----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarGe(Node &node) { return scalarComparison(node, CompareKind::GreaterEqual); }

} // namespace wasmind::mindir::ops
