//===- BesselY1.cpp - BesselY1(x): the function of the second kind -----------------------------------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand BesselY1(Node &node) { return bessel(node, Bessel::Y, 1); }

} // namespace wasmind::mindir::ops
