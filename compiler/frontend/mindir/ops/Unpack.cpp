//===- Unpack.cpp - Unpack(x), attribute axis: the older name of Unstack -----------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand Unpack(Node &node) { return ops::Unstack(node); }

} // namespace wasmind::mindir::ops
