//===- Vdot.cpp - Vdot(x [n], y [n]): the sum of products --------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Vdot(Node &node) { return ops::Dot(node); }

} // namespace wasmind::mindir::ops
