//===- ScalarLt.cpp - ScalarLt(x, y): of numbers -----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarLt(Node &node) { return scalarComparison(node, CompareKind::Less); }

} // namespace wasmind::mindir::ops
