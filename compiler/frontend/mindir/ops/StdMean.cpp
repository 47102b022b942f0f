//===- StdMean.cpp - StdMean(x, dim, correction, keepdim): standard deviation and mean --------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand StdMean(Node &node) { return deviationAndMean(node, /*squareRoot=*/true); }

} // namespace wasmind::mindir::ops
