//===- ProdExt.cpp - ProdExt(x, dim: tuple or None, keepdim, dtype) -----------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand ProdExt(Node &node) { return reduce(node, ReduceKind::Prod, extReductionOf(node)); }

} // namespace wasmind::mindir::ops
