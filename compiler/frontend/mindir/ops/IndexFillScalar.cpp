//===- IndexFillScalar.cpp - IndexFillScalar(x, dim, index, value): IndexFill -----------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand IndexFillScalar(Node &node) { return ops::IndexFill(node); }

} // namespace wasmind::mindir::ops
