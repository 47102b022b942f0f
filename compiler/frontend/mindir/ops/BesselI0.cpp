//===- BesselI0.cpp - BesselI0(x): the modified function of the first kind ---------------------------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand BesselI0(Node &node) { return bessel(node, Bessel::I, 0); }

} // namespace wasmind::mindir::ops
