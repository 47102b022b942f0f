//===- ScalarBool.cpp - ScalarBool(x): whether a number is not 0 -------------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand ScalarBool(Node &node) { return scalarIsNot(node, 0); }

} // namespace wasmind::mindir::ops
