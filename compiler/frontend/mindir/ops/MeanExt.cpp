//===- MeanExt.cpp - MeanExt(x, dim: tuple or None, keepdim, dtype) -----------------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand MeanExt(Node &node) { return mean(node, extReductionOf(node)); }

} // namespace wasmind::mindir::ops
