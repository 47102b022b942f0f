//===- ScalarAdd.cpp - ScalarAdd(x, y): of integers that may be run-time extents ----------------------------------===//
#include "compiler/frontend/mindir/Shapes.h"

namespace wasmind::mindir::ops {

Operand ScalarAdd(Node &node) {
  return scalars(node, [](AffineExpr x, AffineExpr y) { return x + y; });
}

} // namespace wasmind::mindir::ops
