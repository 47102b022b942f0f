//===- LinalgVectorNorm.cpp - LinalgVectorNorm(x, ord, dim, keepdim, dtype): the ord-norm -----------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand LinalgVectorNorm(Node &node) { return Norm(node); }

} // namespace wasmind::mindir::ops
