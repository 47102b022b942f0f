//===- NLLLoss2d.cpp --------------------------------------------------------------------------------------------===//
//
// NLLLoss2d(logits [N, C, H, W], labels [N, H, W], weight [C], reduction, ignore_index): NLLLoss of each pixel
//
//===-------------------------------------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand NLLLoss2d(Node &node) { return ops::NLLLoss(node); }

} // namespace wasmind::mindir::ops
