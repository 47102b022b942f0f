//===- FastGelu.cpp - FastGelu(x): the older name of FastGeLU ----------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand FastGelu(Node &node) { return ops::FastGeLU(node); }

} // namespace wasmind::mindir::ops
