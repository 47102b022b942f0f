//===- ReduceMean.cpp - ReduceMean(x, axis: tuple, keep_dims) -----------------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand ReduceMean(Node &node) { return mean(node, reductionOf(node)); }

} // namespace wasmind::mindir::ops
