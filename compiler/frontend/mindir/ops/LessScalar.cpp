//===- LessScalar.cpp - LessScalar(x, number): bool ---------------------------------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand LessScalar(Node &node) { return compare(node, CompareKind::Less); }

} // namespace wasmind::mindir::ops
