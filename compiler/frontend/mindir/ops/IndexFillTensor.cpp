//===- IndexFillTensor.cpp - IndexFillTensor(x, dim, index, value): IndexFill -----------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand IndexFillTensor(Node &node) { return ops::IndexFill(node); }

} // namespace wasmind::mindir::ops
