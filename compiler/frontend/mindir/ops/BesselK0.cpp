//===- BesselK0.cpp - BesselK0(x): the modified function of the second kind --------------------------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand BesselK0(Node &node) { return bessel(node, Bessel::K, 0); }

} // namespace wasmind::mindir::ops
