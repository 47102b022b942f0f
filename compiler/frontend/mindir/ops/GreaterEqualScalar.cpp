//===- GreaterEqualScalar.cpp - GreaterEqualScalar(x, number): bool -----------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand GreaterEqualScalar(Node &node) { return compare(node, CompareKind::GreaterEqual); }

} // namespace wasmind::mindir::ops
