//===- MaskedFillScalar.cpp - MaskedFillScalar(x, mask, value) ----------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand MaskedFillScalar(Node &node) { return ops::MaskedFill(node); }

} // namespace wasmind::mindir::ops
