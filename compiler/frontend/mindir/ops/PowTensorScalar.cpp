//===- PowTensorScalar.cpp - PowTensorScalar(x, exponent): the exponent is a number -------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand PowTensorScalar(Node &node) { return binary(node, BinaryKind::Pow); }

} // namespace wasmind::mindir::ops
