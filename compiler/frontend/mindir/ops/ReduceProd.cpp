//===- ReduceProd.cpp - ReduceProd(x, axis: tuple, keep_dims) -----------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand ReduceProd(Node &node) { return reduce(node, ReduceKind::Prod, reductionOf(node)); }

} // namespace wasmind::mindir::ops
