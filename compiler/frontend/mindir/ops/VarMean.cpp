//===- VarMean.cpp - VarMean(x, dim, correction, keepdim): variance and mean ------------------------------------===//
#include "compiler/frontend/mindir/Reductions.h"

namespace wasmind::mindir::ops {

Operand VarMean(Node &node) { return deviationAndMean(node, /*squareRoot=*/false); }

} // namespace wasmind::mindir::ops
