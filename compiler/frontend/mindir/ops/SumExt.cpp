//===- SumExt.cpp - SumExt(x, dim: tuple or None, keepdim, dtype) -------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand SumExt(Node &node) { return reduce(node, ReduceKind::Sum, extReductionOf(node)); }

} // namespace wasmind::mindir::ops
