//===- RemainderTensorScalar.cpp - RemainderTensorScalar(x, y), broadcast -----------------------------------------===//
#include "compiler/frontend/mindir/Elementwise.h"

namespace wasmind::mindir::ops {

Operand RemainderTensorScalar(Node &node) { return binary(node, BinaryKind::FloorMod); }

} // namespace wasmind::mindir::ops
