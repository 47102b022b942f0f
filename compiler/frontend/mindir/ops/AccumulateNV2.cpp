//===- AccumulateNV2.cpp - AccumulateNV2(tensors, or one to be summed along its first dimension)
//----------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand AccumulateNV2(Node &node) { return AddN(node); }

} // namespace wasmind::mindir::ops
