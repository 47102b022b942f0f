//===- ScalarMin.cpp - ScalarMin(x, y): the smaller one, of numbers ----------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarMin(Node &node) { return scalarArithmetic(node, BinaryKind::Min); }

} // namespace wasmind::mindir::ops
