//===- LerpScalar.cpp - LerpScalar(x, end, weight): x + weight * (end - x) ----------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand LerpScalar(Node &node) { return ops::Lerp(node); }

} // namespace wasmind::mindir::ops
