//===- InnerNonZero.cpp - InnerNonZero(x): NonZero ---------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand InnerNonZero(Node &node) { return ops::NonZero(node); }

} // namespace wasmind::mindir::ops
