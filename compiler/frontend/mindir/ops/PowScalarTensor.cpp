//===- PowScalarTensor.cpp - PowScalarTensor(base, x): the base is a number ---------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand PowScalarTensor(Node &node) { return binary(node, BinaryKind::Pow); }

} // namespace wasmind::mindir::ops
