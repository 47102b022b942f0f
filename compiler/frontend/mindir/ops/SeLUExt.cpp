//===- SeLUExt.cpp - SeLUExt(x) -----------------------------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand SeLUExt(Node &node) { return ops::SeLU(node); }

} // namespace wasmind::mindir::ops
