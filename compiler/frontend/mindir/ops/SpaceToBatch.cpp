//===- SpaceToBatch.cpp - SpaceToBatch(x [N, C, H, W]), attributes block_size, paddings --------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand SpaceToBatch(Node &node) { return ops::SpaceToBatchND(node); }

} // namespace wasmind::mindir::ops
