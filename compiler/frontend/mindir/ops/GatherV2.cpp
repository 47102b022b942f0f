//===- GatherV2.cpp - GatherV2(x, indices, axis): the older name of Gather ---------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand GatherV2(Node &node) { return ops::Gather(node); }

} // namespace wasmind::mindir::ops
