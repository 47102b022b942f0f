//===- CumProd.cpp - CumProd(x, axis, exclusive, reverse) ---------------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand CumProd(Node &node) { return cumulate(node, ReduceKind::Prod); }

} // namespace wasmind::mindir::ops
