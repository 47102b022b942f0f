//===- BesselK1e.cpp - BesselK1e(x): the modified function of the second kind, times e^x -------------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand BesselK1e(Node &node) { return bessel(node, Bessel::K, 1, /*scaled=*/true); }

} // namespace wasmind::mindir::ops
