//===- BesselJ1.cpp - BesselJ1(x): the function of the first kind ------------------------------------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand BesselJ1(Node &node) { return bessel(node, Bessel::J, 1); }

} // namespace wasmind::mindir::ops
