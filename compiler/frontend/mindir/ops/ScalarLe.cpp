//===- ScalarLe.cpp - ScalarLe(x, y): of numbers -----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarLe(Node &node) { return scalarComparison(node, CompareKind::LessEqual); }

} // namespace wasmind::mindir::ops
