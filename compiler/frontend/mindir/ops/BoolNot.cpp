//===- BoolNot.cpp - BoolNot(x): whether a number is 0 -----------------------------------------------------------===//
#include "compiler/frontend/mindir/Scalars.h"

namespace wasmind::mindir::ops {

Operand BoolNot(Node &node) { return scalarIs(node, 0); }

} // namespace wasmind::mindir::ops
