//===- TraceExt.cpp - TraceExt(x): the sum of the diagonal of a matrix ------------------------------------------===//
#include "compiler/frontend/mindir/Operator.h"

namespace wasmind::mindir::ops {

Operand TraceExt(Node &node) { return Trace(node); }

} // namespace wasmind::mindir::ops
