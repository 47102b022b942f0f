//===- BatchToSpace.cpp - BatchToSpace(x [N, C, H, W]), attributes block_size, crops -----------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand BatchToSpace(Node &node) { return ops::BatchToSpaceND(node); }

} // namespace wasmind::mindir::ops
