//===- BesselI1.cpp - BesselI1(x): the modified function of the first kind ---------------------------------------===//
#include "compiler/frontend/mindir/Special.h"

namespace wasmind::mindir::ops {

Operand BesselI1(Node &node) { return bessel(node, Bessel::I, 1); }

} // namespace wasmind::mindir::ops
