//===- KLDivLoss.cpp --------------------------------------------------------------------------------------------===//
//
// KLDivLoss(logits, labels), attribute reduction: none, mean, batchmean, sum of labels * (log(labels) - logits)
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand KLDivLoss(Node &node) { return divergence(node, Node::none, /*logTargetAt=*/Node::none); }

} // namespace wasmind::mindir::ops
