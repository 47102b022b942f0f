//===- BesselK1.cpp - BesselK1(x): the modified function of the second kind --------------------------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand BesselK1(Node &node) { return bessel(node, Bessel::K, 1); }

} // namespace wasmind::mindir::ops
