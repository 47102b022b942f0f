//===- BesselI0e.cpp - BesselI0e(x): the modified function of the first kind, times e^-|x| -----------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand BesselI0e(Node &node) { return bessel(node, Bessel::I, 0, /*scaled=*/true); }

} // namespace wasmind::mindir::ops
