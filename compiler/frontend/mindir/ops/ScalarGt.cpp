//===- ScalarGt.cpp - ScalarGt(x, y): of numbers -----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarGt(Node &node) { return scalarComparison(node, CompareKind::Greater); }

} // namespace wasmind::mindir::ops
