//===- KLDiv.cpp - KLDiv(input, target, reduction, log_target): KLDivLoss, whose target may be logarithms -------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand KLDiv(Node &node) { return divergence(node, 2, /*logTargetAt=*/3); }

} // namespace wasmind::mindir::ops
