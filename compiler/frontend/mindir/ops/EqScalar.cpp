//===- EqScalar.cpp - EqScalar(x, number): bool -------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand EqScalar(Node &node) { return compare(node, CompareKind::Equal); }

} // namespace wasmind::mindir::ops
