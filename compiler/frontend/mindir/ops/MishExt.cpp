//===- MishExt.cpp - MishExt(x): x * tanh(softplus(x)) ------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand MishExt(Node &node) { return ops::Mish(node); }

} // namespace wasmind::mindir::ops
