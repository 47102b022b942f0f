//===- PopulationCount.cpp - PopulationCount(x): how many bits of each integer are set ---------------------------===//
#include "compiler/frontend/mindir/Integral.h"

namespace wasmind::mindir::ops {

Operand PopulationCount(Node &node) { return populationCount(node); }

} // namespace wasmind::mindir::ops
