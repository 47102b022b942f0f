//===- BesselJ0.cpp - BesselJ0(x): the function of the first kind ------------------------------------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand BesselJ0(Node &node) { return bessel(node, Bessel::J, 0); }

} // namespace wasmind::mindir::ops
