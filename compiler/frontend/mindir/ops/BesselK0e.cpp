//===- BesselK0e.cpp - BesselK0e(x): the modified function of the second kind, times e^x -------------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand BesselK0e(Node &node) { return bessel(node, Bessel::K, 0, /*scaled=*/true); }

} // namespace wasmind::mindir::ops
