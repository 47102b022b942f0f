//===- Baddbmm.cpp - Baddbmm(x, a, b, beta, alpha): beta * x + alpha * a b ----------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Baddbmm(Node &node) { return ops::Addmm(node); }

} // namespace wasmind::mindir::ops
