//===- RemainderScalarTensor.cpp - RemainderScalarTensor(x, y), broadcast -----------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand RemainderScalarTensor(Node &node) { return binary(node, BinaryKind::FloorMod); }

} // namespace wasmind::mindir::ops
