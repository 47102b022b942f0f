//===- BesselI1e.cpp - BesselI1e(x): the modified function of the first kind, times e^-|x| -----------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand BesselI1e(Node &node) { return bessel(node, Bessel::I, 1, /*scaled=*/true); }

} // namespace wasmind::mindir::ops
