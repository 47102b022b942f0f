//===- AccumulateNV2.cpp - AccumulateNV2(tensors): their sum -----------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand AccumulateNV2(Node &node) { return AddN(node); }

} // namespace wasmind::mindir::ops
