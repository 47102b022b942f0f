//===- BesselY0.cpp - BesselY0(x): the function of the second kind -----------------------------------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand BesselY0(Node &node) { return bessel(node, Bessel::Y, 0); }

} // namespace wasmind::mindir::ops
