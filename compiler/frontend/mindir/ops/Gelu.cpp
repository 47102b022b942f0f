//===- Gelu.cpp - Gelu(x): the older name of GeLU ----------------------------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Gelu(Node &node) { return ops::GeLU(node); }

} // namespace wasmind::mindir::ops
